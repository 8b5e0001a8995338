// Light, dark or as the system says; applied before the page is drawn, remembered in this browser.
(() => {
  const key = 'selfgrad:theme';
  const order = ['auto', 'light', 'dark'];
  let theme = 'auto';
  try { theme = localStorage.getItem(key) ?? 'auto'; } catch { /* storage is closed: follow the system */ }

  const show = () => {
    if (theme === 'auto') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    for (const button of document.querySelectorAll('[data-theme-switch]')) {
      button.hidden = false;
      button.textContent = `Theme: ${theme}`;
    }
  };
  show();
  document.addEventListener('DOMContentLoaded', show);
  document.addEventListener('click', event => {
    if (!event.target.closest?.('[data-theme-switch]')) return;
    theme = order[(order.indexOf(theme) + 1) % order.length];
    try { localStorage.setItem(key, theme); } catch { /* it lasts as long as the page */ }
    show();
  });
})();
