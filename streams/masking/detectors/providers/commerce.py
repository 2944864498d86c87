"""Keys of payments, banks, shops, shipping and travel."""

from typing import Final

from streams.masking.detectors.providers.format import Format

__all__ = ["FORMATS"]

FORMATS: Final[tuple[Format, ...]] = (
    Format("stripe_key", r"[srpcd]k_(?:org_(?:live_|test_)?|(?:live|test|prod|production|staging|sbox)_)", r"[^\W_]{8}", r"(?:\w|-(?=\w)){2,255}+", "sk_live_{w24}", "Stripe docs, API keys; Clerk, Paystack, Checkout.com, Crossmint and Courier docs use the same shape"),
    Format("stripe_webhook", r"whsec_", r"[\w+/-]{10}", r"[\w+/=-]{6,128}+", "whsec_{w32}", "Stripe docs, webhook signatures; Standard Webhooks"),
    Format("square_token", r"(?:EAAA|sq0[a-z]{3}-)", r"[\w-]{16}", r"[\w-]{6,90}+", "EAAA{s60}", "Square docs, access tokens", bits=3.0, behind="sign"),
    Format("braintree_token", r"access_token\$(?:production|sandbox)\$", r"[a-z\d]{16}", r"\$[\da-f]{32}", "access_token$production${l16}${x32}", "Braintree docs, access tokens", reach=64),
    Format("adyen_key", r"AQE[a-z\d]{2}", r"[A-Za-z\d+/=]{20}", r"[A-Za-z\d+/=]{16,400}-[A-Za-z\d+/=]{20,80}-[^\s\"'\\]{8,60}+", "AQEyhmfx{w80}-{w44}-{w16}", "Adyen source, tests of the .NET library", bits=3.5),
    Format("plaid_token", r"(?:access|link|processor)-(?:sandbox|development|production)-", r"[\da-f]{8}-[\da-f]{4}-", r"[\da-f]{4}-[\da-f]{4}-[\da-f]{12}", "access-sandbox-{uuid}", "Plaid docs, token types", reach=64),
    Format("live_or_test_key", r"(?:live|test|sandbox)_(?:pub_)?", r"[^\W_]{24}", r"[\w-]{0,60}+", "live_{x35}", "Mollie, Lob, GoCardless and Chargebee docs, API keys", bits=3.3, behind="sign"),
    Format("gocardless_token", r"(?:live|sandbox)_", r"[\w-]{40}", r"(?:[\w-]{3})?(?![\w-])", "live_{s39}0", "trufflehog rules, GoCardless; YooKassa docs, secret keys", bits=3.8, reach=56, behind="sign"),
    Format("flutterwave_key", r"FLW(?:SECK|PUBK)(?:_TEST|_LIVE)?-?", r"[\da-zA-Z]{12}", r"[\da-zA-Z]{0,40}+(?:-X)?", "FLWSECK_TEST-{x32}-X", "Flutterwave docs, authentication"),
    Format("razorpay_key", r"rzp_(?:live|test)_", r"[^\W_]{14}", r"[^\W_]{0,20}+", "rzp_live_{w14}", "Razorpay docs, API keys"),
    Format("paddle_key", r"pdl_(?:live|sdbx|ntfset|setup)_", r"\w{16}", r"[\w+/=-]{8,120}+", "pdl_live_apikey_{l26}_{w22}_{w3}", "Paddle docs, API keys"),
    Format("xendit_key", r"xnd_(?:production|development|public)_", r"[^\W_]{16}", r"\w{4,120}+", "xnd_production_{w48}", "Xendit docs, API keys"),
    Format("midtrans_key", r"(?:SB-)?Mid-(?:server|client)-", r"[\w-]{12}", r"[\w-]{2,60}+", "SB-Mid-server-{w24}", "Midtrans docs, access keys"),
    Format("omise_key", r"[sp]key_(?:test_|prod_)?", r"[a-z\d]{16}", r"[a-z\d]{0,12}+(?!\w)", "skey_test_{l19}", "Omise docs, authentication", bits=3.0, behind="sign"),
    Format("shopify_token", r"shp(?:at|ca|pa|ss|ua|tka|pt)_", r"[\da-fA-F]{16}", r"[\da-fA-F]{16}", "shpat_{x32}", "Shopify docs, access tokens"),
    Format("woocommerce_key", r"c[ks]_", r"[\da-f]{40}", r"(?!\w)", "cs_{x40}", "WooCommerce docs, REST API keys", behind="sign"),
    Format("ebay_client_secret", r"(?:PRD|SBX)-", r"[\da-f]{12}-[\da-f]{4}-", r"[\da-f]{4}-[\da-f]{4}-[\da-f]{4}", "PRD-{x12}-{x4}-{x4}-{x4}-{x4}", "eBay docs, application keys"),
    Format("easypost_key", r"EZ[AT]K", r"[^\W_]{20}", r"[^\W_]{34}", "EZAK{w54}", "EasyPost docs, API keys"),
    Format("shippo_token", r"shippo_(?:live|test)_", r"[\da-fA-F]{16}", r"[\da-fA-F]{24}", "shippo_live_{x40}", "Shippo docs, authentication"),
    Format("aftership_key", r"asat_", r"[\da-f]{16}", r"[\da-f]{16}", "asat_{x32}", "AfterShip docs, API keys"),
    Format("duffel_token", r"duffel_(?:test|live)_", r"[\w=-]{16}", r"[\w=-]{27}", "duffel_live_{s43}", "Duffel docs, access tokens"),
    Format("polar_token", r"polar_[a-z]{2,4}_", r"[\w-]{16}", r"[\w-]{12,80}+", "polar_oat_{w43}", "Polar docs, access tokens"),
    Format("coinbase_key_name", r"organizations/[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}/apiKeys/", r"[\da-f]{8}-", r"[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}", "organizations/{uuid}/apiKeys/{uuid}", "Coinbase docs, API keys", reach=96),
    Format("klarna_key", r"klarna_(?:live|test)_api_", r"[A-Za-z\d+/_-]{20}", r"[A-Za-z\d+/_=-]{12,240}+", "klarna_live_api_{w100}", "Klarna docs, API keys", reach=64),
    Format("plaid_public_token", r"public-(?:sandbox|development|production)-", r"[\da-f]{8}-[\da-f]{4}-", r"[\da-f]{4}-[\da-f]{4}-[\da-f]{12}", "public-sandbox-{uuid}", "Plaid docs, token types"),
    Format("mercadopago_token", r"(?:APP_USR|TEST)-\d{10,20}-\d{6}-", r"[\da-f]{32}", r"(?:-\d{5,12})?(?!\w)", "APP_USR-{d16}-{d6}-{x32}-{d9}", "Mercado Pago docs, credentials", reach=80),
    Format("paypal_access_token", r"A21AA", r"[\w-]{20}", r"[\w-]{40,160}+", "A21AA{s92}", "PayPal docs, authentication", bits=3.5, behind="sign"),
    Format("sumup_key", r"sup_(?:sk|afk)_", r"[^\W_]{16}", r"[^\W_]{8,60}+(?!\w)", "sup_sk_{w32}", "SumUp docs, API keys"),
    Format("secret_key_sk", r"sk_", r"[^\W_]{24}", r"[^\W_]{2,80}+(?!\w)", "sk_{w40}", "RevenueCat and Knock docs, secret keys", bits=3.3, behind="sign"),
    Format("shopify_cli_token", r"atkn_(?:2\.)?", r"[\w-]{20}", r"[\w.-]{20,800}+", "atkn_{w64}", "Sonar rules, Shopify Partners CLI token", bits=3.0),
    Format("amazon_client_secret", r"amzn1\.oa2-cs\.v1\.", r"[\da-f]{16}", r"[\da-f]{48}", "amzn1.oa2-cs.v1.{x64}", "Login with Amazon docs, security profiles"),
    Format("amazon_login_token", r"Atz[ar]\|", r"[\w-]{20}", r"[\w-]{20,1600}+", "Atza|{s300}", "Login with Amazon docs, access and refresh tokens"),
    Format("heartland_key", r"skapi_(?:cert|prod)_", r"[\w-]{16}", r"[\w-]{16,64}+", "skapi_cert_{s40}", "kingfisher rules, Heartland Portico; Heartland source, examples of the SDKs"),
    Format("branch_key", r"key_(?:live|test)_", r"[^\W_]{16}", r"[^\W_]{0,24}+(?!\w)", "key_live_{w32}", "kingfisher rules, Branch.io live and test key", bits=3.3, behind="sign"),
    Format("checkout_key", r"sk_", r"[\da-fA-F]{8}-[\da-fA-F]{4}-", r"[\da-fA-F]{4}-[\da-fA-F]{4}-[\da-fA-F]{12}", "sk_{uuid}", "trufflehog and betterleaks rules, Checkout.com", behind="sign"),
)  # fmt: skip
