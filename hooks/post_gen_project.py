"""Sets up the rendered project."""

import json
import sys

sys.path.insert(0, {{ template_dir | tojson }})

from drf_jwt_template import bootstrap

bootstrap.finish_project(json.loads({{ cookiecutter | tojson | py }}), update={{ is_update(cookiecutter) }})
