// The code editor of the pages, built into static/vendor/editor.js by build.sh. It knows nothing of the pages:
// `mount` puts it into a shadow root and returns what the element around it needs.

import {EditorState, StateEffect, StateField} from '@codemirror/state';
import {
  Decoration, EditorView, drawSelection, highlightActiveLine, highlightActiveLineGutter, highlightSpecialChars, keymap,
  lineNumbers,
} from '@codemirror/view';
import {defaultKeymap, history, historyKeymap, indentWithTab} from '@codemirror/commands';
import {HighlightStyle, LanguageSupport, bracketMatching, indentOnInput, indentUnit, syntaxHighlighting} from '@codemirror/language';
import {pythonLanguage} from '@codemirror/lang-python';
import {yamlLanguage} from '@codemirror/lang-yaml';
import {tags} from '@lezer/highlight';

// The colours are the page's own custom properties, which reach into the shadow root.
const look = EditorView.theme({
  '&': {color: 'var(--ink)', background: 'var(--shade)', border: '1px solid var(--edge)', fontSize: '.9375rem'},
  '&.cm-focused': {outline: '2px solid var(--accent)', outlineOffset: '3px'},
  '.cm-scroller': {fontFamily: 'var(--mono)', lineHeight: '1.5rem', fontVariantLigatures: 'none', minHeight: '7.5rem', maxHeight: 'var(--editor-height, 36rem)'},
  '.cm-content': {padding: '.75rem 0', caretColor: 'var(--ink)'},
  '.cm-line': {padding: '0 .75rem 0 .5rem'},
  '.cm-gutters': {background: 'none', border: '0', color: 'var(--faint)'},
  '.cm-activeLine, .cm-activeLineGutter': {background: 'color-mix(in srgb, var(--hair) 40%, transparent)'},
  '.cm-cursor': {borderLeftColor: 'var(--ink)', borderLeftWidth: '2px'},
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground':
    {background: 'color-mix(in srgb, var(--accent) 28%, transparent)'},
  '&.cm-focused .cm-matchingBracket': {background: 'none', outline: '1px solid var(--edge)'},
  '.cm-fault': {outline: '2px solid var(--wrong)', outlineOffset: '-2px'},
  '.cm-fault::after': {content: 'attr(data-says)', font: 'italic 1rem var(--serif)', color: 'var(--wrong)', marginLeft: '2ch'},
});

const ink = HighlightStyle.define([
  {tag: [tags.keyword, tags.operatorKeyword, tags.bool, tags.null, tags.self], color: 'var(--accent)'},
  {tag: [tags.string, tags.special(tags.string)], color: 'var(--right)'},
  {tag: tags.number, color: 'var(--wrong)'},
  {tag: tags.comment, color: 'var(--faint)', fontStyle: 'italic'},
  {tag: tags.definition(tags.propertyName), color: 'var(--accent)'},
]);

const setFaults = StateEffect.define();
/** Once something is changed it is no longer what was looked at: marks go, or (`moving`) go along with their lines until
    new ones come. */
const faultField = moving => StateField.define({
  create: () => Decoration.none,
  update(marks, change) {
    for (const effect of change.effects) if (effect.is(setFaults)) return marked(change.state, effect.value);
    return !change.docChanged ? marks : moving ? marks.map(change.changes) : Decoration.none;
  },
  provide: field => EditorView.decorations.from(field),
});

/** `found`: a map from the numbers of lines to what is said behind them. */
function marked(state, found) {
  const lines = [...found].filter(([line]) => line >= 1 && line <= state.doc.lines).sort(([one], [other]) => one - other);
  return Decoration.set(lines.map(([line, says]) => Decoration.line({
    class: 'cm-fault', attributes: {'aria-invalid': 'true', 'data-says': says},
  }).range(state.doc.line(line).from)));
}

const languages = {python: pythonLanguage, yaml: yamlLanguage};

// Chromium merges the lines that are typed over by writing style attributes, which the pages' policy forbids (and tells
// the console about); so the editor replaces them itself.
function typedOver(event, view) {
  const {main} = view.state.selection;
  if (event.inputType !== 'insertText' || event.isComposing || main.empty || event.data === null) return false;
  event.preventDefault();
  view.dispatch(view.state.replaceSelection(event.data), {userEvent: 'input.type', scrollIntoView: true});
  return true;
}

const passing = new Set(['Tab', 'Shift', 'Control', 'Alt', 'Meta', 'Escape']);

/** Whoever only comes by with Tab leaves with Tab and changes nothing. Once the editor has been used since it got the
    focus, Tab indents. */
function tabMovesOnUntilUsed() {
  let pressed = false; // the press that gives the focus comes before it
  const use = view => void view.setTabFocusMode(false);
  return EditorView.domEventObservers({
    mousedown: (_, view) => { pressed = true; use(view); },
    focus: (_, view) => void view.setTabFocusMode(!pressed),
    blur: (_, view) => { pressed = false; view.setTabFocusMode(false); },
    keydown: (event, view) => { if (!passing.has(event.key) && !(event.key === 'Enter' && (event.ctrlKey || event.metaKey))) use(view); },
    beforeinput: (_, view) => use(view),
  });
}

/** `root` is a shadow root; `changed(text)` at every edit, `submit()` on Ctrl or Cmd with Enter, `left()` on Escape. */
export function mount({root, text, label, describedBy, changed, submit, left, language = 'python'}) {
  const leaving = view => (view.setTabFocusMode(true), left(), true);
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: text,
      extensions: [
        keymap.of([
          {key: 'Mod-Enter', run: () => (submit(), true)},
          {key: 'Ctrl-Enter', run: () => (submit(), true)},
          {key: 'Escape', run: leaving},
          indentWithTab,
          ...defaultKeymap,
          ...historyKeymap,
        ]),
        lineNumbers(), history(), drawSelection(), highlightSpecialChars(), highlightActiveLine(), highlightActiveLineGutter(),
        indentUnit.of(language === 'yaml' ? '  ' : '    '), EditorState.tabSize.of(4), indentOnInput(), bracketMatching(),
        new LanguageSupport(languages[language]), syntaxHighlighting(ink), look, faultField(language === 'yaml'),
        language === 'yaml' ? EditorView.lineWrapping : [],
        EditorView.contentAttributes.of({'aria-label': label, ...(describedBy && {'aria-description': describedBy})}),
        tabMovesOnUntilUsed(), EditorView.domEventHandlers({beforeinput: typedOver}),
        EditorView.updateListener.of(update => { if (update.docChanged) changed(update.state.doc.toString()); }),
      ],
    }),
  });
  return {
    focus: (anchor, head = anchor, used = false) => {
      const within = place => Math.min(place, view.state.doc.length);
      if (anchor !== undefined) view.dispatch({selection: {anchor: within(anchor), head: within(head)}});
      view.focus();
      if (used) view.setTabFocusMode(false);
    },
    get text() { return view.state.doc.toString(); },
    set text(value) { view.dispatch({changes: {from: 0, to: view.state.doc.length, insert: value}}); },
    mark: line => view.dispatch({effects: setFaults.of(new Map(line ? [[line, '← here']] : []))}),
    markAll: found => view.dispatch({effects: setFaults.of(found)}),
    go: (line, column = 1) => {
      const {from, to} = view.state.doc.line(Math.min(Math.max(line, 1), view.state.doc.lines));
      view.dispatch({selection: {anchor: Math.min(from + column - 1, to)}, scrollIntoView: true});
      view.focus();
    },
    destroy: () => view.destroy(),
  };
}
