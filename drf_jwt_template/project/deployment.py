"""How the project is checked and deployed: `project.deployment` in templates."""

from __future__ import annotations

from ..answers import Answers


class Deployment:
    """The facts about images, clusters and continuous integration."""

    def __init__(self, answers: Answers) -> None:
        self.docker = answers.deployment in ("docker", "kubernetes")
        """Whether the project has an image and a compose file."""
        self.image = answers.project_slug.replace("_", "-").lower()
        """The name of the image, and of the namespace in a cluster."""
        self.kubernetes = answers.deployment == "kubernetes"
        self.github = answers.ci == "github"
        self.gitlab = answers.ci == "gitlab"
        self.ci = self.github or self.gitlab
        self.team = self.docker or self.ci
        """Whether the project has the files for a team, such as CONTRIBUTING.md."""
