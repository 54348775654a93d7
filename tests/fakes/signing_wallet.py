"""A wallet whose signatures another library makes, to check ours against."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count

from eth_account import Account
from eth_account.messages import encode_typed_data
from py_clob_client_v2.order_utils.exchange_order_builder_v2 import ExchangeOrderBuilderV2
from py_clob_client_v2.order_utils.model.order_data_v2 import OrderDataV2, order_to_json_v2
from py_clob_client_v2.order_utils.model.side import Side as SdkSide
from py_clob_client_v2.order_utils.model.signature_type_v2 import SignatureTypeV2
from py_clob_client_v2.signer import Signer

from polyterm.models.enums import Side
from polyterm.models.money import Price, Size
from tests.fakes.trading_floor import START_MS, amounts

CTF_V2 = ("0xE111180000d2663C0091e4f400237545B87B996B", "2")
NEG_RISK_V2 = ("0xe2222d279d744050d28e00520010520000310F59", "2")
V3 = ("0xe3333700cA9d93003F00f0F71f8515005F6c00Aa", "3")
V3_AMOY = ("0x9fE6e61422AdB6F610d8597F9684b16912D50C3D", "3")


@dataclass(slots=True)
class SigningWallet:
    """Signs orders and attestations as the official client does."""

    private_key: str
    chain_id: int = 137
    _salts: count[int] = field(default_factory=lambda: count(1))

    @property
    def address(self) -> str:
        return Account.from_key(self.private_key).address

    def order(
        self,
        token_id: str,
        side: Side,
        price: Price,
        size: Size,
        *,
        owner: str = "",
        contract: tuple[str, str] = CTF_V2,
        kind: str = "GTC",
        signature_type: int = 0,
        maker: str | None = None,
        post_only: bool = False,
    ) -> tuple[str, dict]:
        """The order's id and the body to POST."""
        address, version = contract
        builder = ExchangeOrderBuilderV2(
            address,
            self.chain_id,
            Signer(self.private_key, self.chain_id),
            generate_salt=lambda: str(next(self._salts)),
            domain_version=version,
        )
        maker_amount, taker_amount = amounts(side, price, size)
        is_wallet = signature_type == SignatureTypeV2.POLY_1271
        data = OrderDataV2(
            maker=maker or self.address,
            tokenId=token_id,
            makerAmount=str(maker_amount),
            takerAmount=str(taker_amount),
            side=SdkSide.BUY if side is Side.BUY else SdkSide.SELL,
            signer=maker if is_wallet else self.address,
            signatureType=SignatureTypeV2(signature_type),
            timestamp=str(START_MS),
        )
        signed = builder.build_signed_order(data)
        order_id = builder.build_order_hash(builder.build_order_typed_data(signed))
        return order_id, order_to_json_v2(signed, owner, kind, post_only)

    def attestation(self, timestamp: int, nonce: int = 0) -> dict[str, str]:
        """L1 headers, by way of the general EIP-712 encoder."""
        typed = {
            "primaryType": "ClobAuth",
            "types": {
                "EIP712Domain": [
                    {"name": "name", "type": "string"},
                    {"name": "version", "type": "string"},
                    {"name": "chainId", "type": "uint256"},
                ],
                "ClobAuth": [
                    {"name": "address", "type": "address"},
                    {"name": "timestamp", "type": "string"},
                    {"name": "nonce", "type": "uint256"},
                    {"name": "message", "type": "string"},
                ],
            },
            "domain": {"name": "ClobAuthDomain", "version": "1", "chainId": self.chain_id},
            "message": {
                "address": self.address,
                "timestamp": str(timestamp),
                "nonce": nonce,
                "message": "This message attests that I control the given wallet",
            },
        }
        signed = Account.sign_message(encode_typed_data(full_message=typed), self.private_key)
        return {
            "POLY_ADDRESS": self.address,
            "POLY_SIGNATURE": "0x" + signed.signature.hex(),
            "POLY_TIMESTAMP": str(timestamp),
            "POLY_NONCE": str(nonce),
        }


ANN = SigningWallet("0x" + "11" * 32)
BOB = SigningWallet("0x" + "22" * 32)
