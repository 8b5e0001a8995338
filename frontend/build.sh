#!/bin/sh
# Builds static/vendor/editor.js from the lock file: the same bytes every time. Another target can be given.
set -eu
cd "$(dirname "$0")"
target=${1:-../static/vendor/editor.js}
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
node_modules/.bin/esbuild editor.js --bundle --minify --format=esm --target=es2022 --charset=utf8 --legal-comments=none \
    --log-level=warning --outfile="$target" \
    --banner:js='/* CodeMirror 6 and Lezer, copyright (C) 2018-present by Marijn Haverbeke and others, MIT licence: see editor.LICENSE.txt. Built by frontend/build.sh; not edited by hand. */'
