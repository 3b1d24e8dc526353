"""Entry point for ``python -m qmslint``; inside a foreign checkout use the console script instead."""

from qmslint.cli import main

if __name__ == "__main__":
    main()
