"""The identity provider as the settings name it."""

from api.provider import Provider, ProviderSettings
from osteon.settings import Settings


def provider_of(settings: Settings) -> Provider | None:
    """None when there is none; it is not asked anything yet."""
    if settings.oidc_issuer is None or settings.oidc_client_id is None:
        return None
    secret = settings.oidc_client_secret
    return Provider(
        ProviderSettings(
            issuer=settings.oidc_issuer,
            client_id=settings.oidc_client_id,
            client_secret=None if secret is None else secret.get_secret_value(),
            role_claim=settings.oidc_role_claim,
            roles=settings.oidc_roles,
        )
    )
