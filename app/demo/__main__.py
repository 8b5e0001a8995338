"""`python -m app.demo DATA_DIR`: the process that trains; it is started by `process.Trainer`."""

import sys
from pathlib import Path

from app.demo.child import main

if __name__ == "__main__":
    main(Path(sys.argv[1]))
