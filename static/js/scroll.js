// Code that is wider than its place scrolls sideways by itself; where it does, the keyboard can get there too.

const watched = new WeakSet();
const sizes = new ResizeObserver(entries => entries.forEach(({target}) => {
  if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
  else target.removeAttribute('tabindex');
}));

function look() {
  for (const code of document.querySelectorAll('.prose pre, .prose math[display=block]')) {
    if (watched.has(code)) continue;
    watched.add(code);
    sizes.observe(code);
  }
}

look();
new MutationObserver(look).observe(document.body, {childList: true, subtree: true}); // results and hints arrive later
