"""Entry point for ``python -m qmslint``; inside a foreign checkout use the console script instead."""

import os
import sys

# Python puts the working directory first: its files must not stand in for the libraries that are imported now.
if not sys.flags.safe_path and sys.path and sys.path[0] in ("", os.getcwd()):
    del sys.path[0]

from qmslint.cli import main

if __name__ == "__main__":
    main()
