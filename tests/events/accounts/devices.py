"""A device that keeps passkeys, with real keys: what browsers answer for it."""

import json
import os
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.auth import WebAuthn
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

from events.models import User

SITE = "http://localhost:8000"
ADD = "/account/second-factor/passkeys/add/"
ALONE = "/sign-in/passkey/"
NONE = bytes(16)
FLAG = AuthenticatorData.FLAG


def make_passkey(user: User, name: str = "Phone") -> Authenticator:
    """A passkey that some device made."""
    options = {"rp": {"id": "localhost"}, "challenge": "", "user": {"id": ""}}
    made: Authenticator = WebAuthn.add(user, name, Device().make(options)).instance
    return made


def asked_for(client: Client, path: str) -> Any:
    """What a page has its script ask the browser for."""
    page = client.get(path).content.decode()
    start = page.index(">", page.index('id="passkey-options"')) + 1
    return json.loads(page[start : page.index("</script>", start)])["publicKey"]


class Device:
    """One passkey; ``verifies``: whether it asks whose finger that is."""

    def __init__(self, *, origin: str = SITE, verifies: bool = True) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = os.urandom(16)
        self.origin = origin
        self.flags = FLAG.UP | (FLAG.UV if verifies else FLAG(0))
        self.user: bytes | None = None

    def make(self, options: Any) -> dict[str, Any]:
        self.user = websafe_decode(options["user"]["id"])
        key = ES256.from_cryptography_key(self.key.public_key())  # type: ignore[no-untyped-call]
        attested = AttestedCredentialData.create(NONE, self.id, key)
        told = self._told(options["rp"]["id"], self.flags | FLAG.AT, attested)
        made = AttestationObject.create("none", told, {})
        client_data = self._client_data("webauthn.create", options)
        return self._answer(clientDataJSON=client_data, attestationObject=made)

    def sign(self, options: Any) -> dict[str, Any]:
        told = self._told(options["rpId"], self.flags)
        client_data = self._client_data("webauthn.get", options)
        signed = self.key.sign(told + client_data.hash, ec.ECDSA(hashes.SHA256()))
        return self._answer(
            clientDataJSON=client_data,
            authenticatorData=told,
            signature=signed,
            userHandle=self.user or b"",
        )

    def _told(self, site: str, flags: Any, *attested: Any) -> AuthenticatorData:
        digest = hashes.Hash(hashes.SHA256())
        digest.update(site.encode())
        told: AuthenticatorData = AuthenticatorData.create(
            digest.finalize(), flags, 0, *attested
        )
        return told

    def _client_data(self, kind: str, options: Any) -> CollectedClientData:
        challenge = websafe_decode(options["challenge"])
        return CollectedClientData.create(kind, challenge, self.origin)

    def _answer(self, **response: bytes) -> dict[str, Any]:
        name = websafe_encode(self.id)
        return {
            "type": "public-key",
            "id": name,
            "rawId": name,
            "response": {key: websafe_encode(value) for key, value in response.items()},
            "clientExtensionResults": {},
        }


def send(client: Client, path: str, answer: Any, **more: str) -> Any:
    """What the form of a page answers."""
    return client.post(path, {"credential": json.dumps(answer)} | more)


def use(device: Device, client: Client, path: str = ALONE, **more: str) -> Any:
    """Open a page, and answer what it asks for."""
    return send(client, path, device.sign(asked_for(client, path)), **more)
