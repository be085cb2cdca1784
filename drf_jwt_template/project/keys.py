"""The keys that sign the tokens: `project.keys` in templates."""

from __future__ import annotations

from ..answers import Answers

CURVES = {"ES256": "secp256r1", "ES384": "secp384r1", "ES512": "secp521r1"}
"""The curve of each ES* algorithm, as `cryptography` names it (RFC 7518, section 3.4)."""


class Keys:
    """The facts about the algorithm and its keys."""

    def __init__(self, answers: Answers) -> None:
        self.algorithm = answers.algorithm
        self.symmetric = answers.algorithm.startswith("HS")
        self.rsa = answers.algorithm.startswith(("RS", "PS"))
        self.remote = "JWK_URL" in answers.jwt_settings
        """Whether tokens of another issuer are accepted."""
        self.file = "keys/jwt.txt" if self.symmetric else "keys/jwt.pem"
        """The file that the setup creates, relative to the project."""

    @property
    def secret_bytes(self) -> int:
        """The length of an HS* secret: that of the hash (RFC 7518, section 3.2)."""
        return int(self.algorithm[2:]) // 8

    @property
    def module(self) -> str:
        """The module of `cryptography` that makes an asymmetric key."""
        if self.rsa:
            return "rsa"
        return "ed25519" if self.algorithm == "EdDSA" else "ec"

    @property
    def curve(self) -> str:
        return CURVES[self.algorithm]

    @property
    def rfc(self) -> str:
        """The specification of the keys."""
        sections = {"RS": "3.3", "ES": "3.4", "PS": "3.5"}
        if self.module == "ed25519":
            return "RFC 8037, section 3.1"
        return f"RFC 7518, section {sections[self.algorithm[:2]]}"

    @property
    def jwk_members(self) -> str:
        """The members that identify a public key (RFC 7638, section 3.2; RFC 8037, section 2)."""
        names = {"ec": ("crv", "kty", "x", "y"), "rsa": ("e", "kty", "n")}
        return str(names.get(self.module, ("crv", "kty", "x"))).replace("'", '"')

    @property
    def generate(self) -> str:
        """The call that generates an asymmetric key."""
        if self.module == "ec":
            return f"ec.generate_private_key(ec.{self.curve.upper()}())"
        if self.rsa:
            return "rsa.generate_private_key(public_exponent=65537, key_size=BITS)"
        return "ed25519.Ed25519PrivateKey.generate()"
