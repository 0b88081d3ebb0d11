"""Verification of callbacks (https://www.standardwebhooks.com)."""

from collections.abc import Mapping, Sequence
from typing import TypedDict

from standardwebhooks import Webhook, WebhookVerificationError

from . import models

__all__ = ["WebhookEvent", "WebhookVerificationError", "verify_webhook"]


class WebhookEvent(TypedDict):
    """The body of a callback. `type` is such as `job.completed`, `timestamp` the time of the event."""

    type: str
    timestamp: str
    data: models.Job


def verify_webhook(body: bytes | str, headers: Mapping[str, str], secret: str | Sequence[str]) -> WebhookEvent:
    """Returns the event of a callback whose signature is valid and at most five minutes old.

    `body` is the body as received, `secret` what `darkroom webhook-secret` prints; several while it is rotated.
    The header `webhook-id` is the same in each attempt: use it to detect repetitions.
    Raises WebhookVerificationError if no secret fits, or a header is missing or malformed.
    """
    secrets = [secret] if isinstance(secret, str) else list(secret)
    if not secrets:
        raise ValueError("There is no secret")
    failure = WebhookVerificationError("No matching signature found")
    for each in secrets:
        webhook = Webhook(each)
        try:
            return webhook.verify(body, dict(headers))
        except WebhookVerificationError as error:
            failure = error
        except ValueError as error:
            failure = WebhookVerificationError("The signature header or the body is malformed")
            failure.__cause__ = error
    raise failure
