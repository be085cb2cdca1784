"""Sets up the rendered project."""

import sys

try:
    sys.path.insert(0, {{ template_dir | tojson }})
    from drf_jwt_template import bootstrap
    bootstrap.finish_project({{ cookiecutter | tojson | py }}, update={{ is_update(cookiecutter) }})
except KeyboardInterrupt:
    print("\nInterrupted. The project is kept: `make setup` in its folder continues the setup.")
