"""The generator of the projects. Its modules need the versions that are checked here."""

import sys

from cookiecutter import __version__

# This module must have the syntax of the old versions that it refuses.
if sys.version_info[:2] < (3, 10) or tuple(map(int, __version__.split(".")[:2])) < (2, 6):
    # SystemExit: neither Cookiecutter nor cruft prints a traceback.
    sys.exit(
        "No project was created: the template needs Cookiecutter 2.6 and Python 3.10, or newer.\n"
        "This is Cookiecutter {} with Python {}.{}.".format(__version__, *sys.version_info)
    )
