"""API credentials for a wallet: those there are, or new ones (`protocol.md` 1.2)."""

from __future__ import annotations

from polyterm.engine.ports import AnswerError, ExchangeError
from polyterm.exchange.credentials import ApiCredentials
from polyterm.exchange.gateway import Gateway, Request
from polyterm.exchange.signing import Wallet, load_signing
from polyterm.exchange.wire import ApiKeyReply


async def log_in(gateway: Gateway, wallet: Wallet, chain_id: int) -> ApiCredentials:
    """Credentials that the exchange takes; `ExchangeError` where none are to be had.

    Those at hand are kept unless the exchange itself refuses them.
    """
    if gateway.credentials and await _are_taken(gateway, wallet):
        return gateway.credentials
    if wallet.is_locked:
        raise ExchangeError(
            "there are no API credentials, and the wallet to ask for them is locked"
        )
    await load_signing()
    create, derive = Request("POST", "/auth/api-key"), Request("GET", "/auth/derive-api-key")
    headers = wallet.login_headers(chain_id, gateway.time.now_s())
    answer = await gateway.send(create, headers)
    if answer.status == 400:
        # A wallet has one set of credentials a nonce, and so it has them already.
        answer = await gateway.send(derive, headers)
        create = derive
    if not 200 <= answer.status < 300:
        raise gateway.refusal(create, answer)
    reply = gateway.understood(create, answer, ApiKeyReply)
    return ApiCredentials(reply.apiKey, reply.secret, reply.passphrase)


async def _are_taken(gateway: Gateway, wallet: Wallet) -> bool:
    try:
        await gateway.read(Request("GET", "/auth/api-keys", is_private=True))
    except AnswerError as error:
        return error.status != 401 or wallet.is_locked
    return True
