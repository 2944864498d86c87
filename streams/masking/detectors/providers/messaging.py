"""Keys of chats, mail, telephony and social networks, and the webhooks whose address is the secret."""

from typing import Final

from streams.masking.detectors.providers.format import Format

__all__ = ["FORMATS"]

FORMATS: Final[tuple[Format, ...]] = (
    Format("slack_token", r"xox[a-z](?:\.xox[a-z])?-", r"[^\W_]{1,2}[\w-]{6}", r"[\w-]{0,300}+", "xoxb-{d12}-{d12}-{w24}", "Slack docs, token types"),
    Format("slack_app_token", r"xapp-\d-", r"[A-Za-z\d]{8}", r"[\w-]{2,300}+", "xapp-1-A{u10}-{d13}-{x64}", "Slack docs, token types"),
    Format("slack_webhook", r"hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/", r"[\w+/-]{10}", r"[\w+/-]{0,128}+", "hooks.slack.com/services/T{u10}/B{u10}/{w24}", "Slack docs, incoming webhooks", reach=64, bare=True),
    Format("teams_webhook", r"(?:\.webhook\.office\.com/webhookb2|outlook\.office(?:365)?\.com/webhook)/", r"[\w@-]{10}", r"[\w@/-]{26,300}+", "contoso.webhook.office.com/webhookb2/{uuid}@{uuid}/IncomingWebhook/{x32}/{uuid}", "Microsoft Teams docs, incoming webhooks", reach=64, bare=True, behind="any"),
    Format("discord_webhook", r"discord(?:app)?\.com/api/(?:v\d{1,2}/)?webhooks/", r"\d{10}", r"\d{0,14}/[\w-]{30,100}+", "discord.com/api/webhooks/{d18}/{s68}", "Discord docs, webhooks", reach=64, bare=True),
    Format("zapier_webhook", r"hooks\.zapier\.com/hooks/(?:catch|standard)/", r"\d{4}", r"\d{0,10}/[\w/-]{5,80}+", "hooks.zapier.com/hooks/catch/{d7}/{l7}", "Zapier docs, webhooks", reach=64, bare=True),
    Format("feishu_webhook", r"open\.(?:feishu\.cn|larksuite\.com)/open-apis/bot/v2/hook/", r"[\w-]{10}", r"[\w-]{8,60}+", "open.feishu.cn/open-apis/bot/v2/hook/{uuid}", "Feishu docs, custom bots", reach=80, bare=True),
    Format("wecom_webhook", r"qyapi\.weixin\.qq\.com/cgi-bin/webhook/send\?key=", r"[\w-]{10}", r"[\w-]{8,60}+", "qyapi.weixin.qq.com/cgi-bin/webhook/send?key={uuid}", "WeCom docs, group robots", reach=80, bare=True),
    Format("ifttt_webhook", r"maker\.ifttt\.com/trigger/[\w-]{1,60}/(?:json/)?with/key/", r"[\w-]{10}", r"[\w-]{8,60}+", "maker.ifttt.com/trigger/door/with/key/{s43}", "IFTTT docs, webhooks", reach=120, bare=True),
    Format("discord_bot_token", r"[MNO][A-Za-z\d_-]{22,28}\.[\w-]{6}\.", r"[\w-]{16}", r"[\w-]{11,24}+", "M{w23}.{w6}.{s38}", "Discord docs, authentication", reach=64, bits=3.8, behind="sign"),
    Format("discord_mfa_token", r"mfa\.", r"[\w-]{20}", r"[\w-]{60,70}+", "mfa.{s84}", "Discord docs, authentication", bits=3.5),
    Format("telegram_bot_token", r"\d{5,16}:A", r"[\w-]{16}", r"[\w-]{18}(?![\w-])", "{d10}:AA{s33}", "Telegram docs, bot API", bits=3.5, behind="sign"),
    Format("fcm_token", r"(?:[\w-]{22}|[\w-]{11}):APA91b", r"[\w-]{20}", r"[\w-]{60,200}+", "{w22}:APA91b{s134}", "Firebase docs, registration tokens", reach=64, bits=3.0),
    Format("expo_push_token", r"Expo(?:nent)?PushToken\[", r"[\w-]{10}", r"[\w-]{8,40}+", "ExponentPushToken[{w22}", "Expo docs, push notifications", bare=True),
    Format("twilio_key", r"SK", r"[\da-fA-F]{32}", r"(?![^\W_])", "SK{x32}", "Twilio docs, API keys", behind="sign"),
    Format("sendgrid_key", r"SG\.", r"[\w-]{16}", r"[\w-]{0,16}\.[\w-]{16,64}+", "SG.{s22}.{s43}", "SendGrid docs, API keys"),
    Format("mailgun_key", r"(?:pub)?key-", r"[\da-f]{32}", r"(?!\w)", "key-{x32}", "Mailgun docs, API keys", behind="sign"),
    Format("mailchimp_key", r"[\da-f]{32}-us", r"\d", r"\d?(?!\w)", "{x32}-us21", "Mailchimp docs, API keys", reach=64, behind="sign"),
    Format("mandrill_key", r"md-", r"[\w-]{22}", r"(?![\w-])", "md-{w22}", "Mandrill docs, API keys", bits=3.6, behind="sign"),
    Format("brevo_key", r"x(?:keysib|smtpsib)-", r"[\da-f]{16}", r"[\da-f]{48}-[^\W_]{16}", "xkeysib-{x64}-{w16}", "Brevo docs, API keys"),
    Format("resend_key", r"re_[^\W_]{6,10}_", r"[^\W_]{16}", r"[^\W_]{4,24}+(?!\w)", "re_{w8}_{w24}", "Resend docs, API keys", bits=3.3, behind="sign"),
    Format("klaviyo_key", r"pk_", r"[\da-f]{34}", r"(?!\w)", "pk_{x34}", "Klaviyo docs, private keys", behind="sign"),
    Format("onesignal_key", r"os_v2_[a-z]{3}_", r"[a-z\d]{20}", r"[a-z\d]{40,120}+", "os_v2_app_{l103}", "OneSignal docs, keys"),
    Format("telnyx_key", r"KEY[\dA-F]{30,34}_", r"[^\W_]{16}", r"[^\W_]{4,12}+", "KEY{h32}_{w22}", "Telnyx docs, API keys", reach=64),
    Format("intercom_token", r"dG9rO[g-n]", r"[A-Za-z\d+/_]{20}", r"[A-Za-z\d+/_]{28,80}+={0,2}", "dG9rOj{w66}=", "trufflehog rules, Intercom"),
    Format("hubspot_token", r"pat-(?:na|eu|ap)\d-", r"[\da-f]{8}-[\da-f]{4}-", r"[\da-f]{4}-[\da-f]{4}-[\da-f]{12}", "pat-na1-{uuid}", "HubSpot docs, private apps"),
    Format("facebook_token", r"EAA[A-Z]", r"[^\W_]{40}", r"[^\W_]{20,400}+", "EAAC{w180}", "Meta docs, access tokens", reach=64, bits=3.5, behind="sign"),
    Format("instagram_token", r"(?:IG(?:Q[VW]|AA)|TH(?:Q[VW]J|AA))", r"[\w-]{40}", r"[\w-]{40,400}+", "IGQV{s150}", "Instagram and Threads docs, access tokens", reach=64, bits=3.5),
    Format("twitter_bearer_token", r"A{18}", r"[A-Za-z\d%+/=]{20}", r"[A-Za-z\d%+/=]{40,120}+", "AAAAAAAAAAAAAAAAAAAAAA{w90}", "X docs, bearer tokens", reach=160, bits=3.2),
    Format("linkedin_client_secret", r"WPL_AP\d\.", r"[\w.-]{12}", r"[\w.=-]{0,40}+", "WPL_AP1.{w16}.{w8}", "LinkedIn docs, application credentials"),
    Format("pinterest_token", r"pina_", r"[^\W_]{20}", r"[^\W_]{20,200}+", "pina_{u80}", "Pinterest docs, access tokens"),
    Format("mapbox_token", r"[spt]k\.eyJ", r"[\w-]{20}", r"[\w-]{10,400}\.[\w-]{16,60}+", "sk.eyJ{w80}.{w22}", "Mapbox docs, access tokens"),
    Format("mailersend_token", r"mlsn\.", r"[\da-f]{16}", r"[\da-f]{44,48}+(?!\w)", "mlsn.{x64}", "MailerSend docs, API tokens"),
    Format("pubnub_secret_key", r"sec-c-", r"[A-Za-z\d]{20}", r"[A-Za-z\d]{20,28}+={0,2}", "sec-c-{w48}", "PubNub docs, keys", bits=3.5),
    Format("twitch_chat_token", r"oauth:", r"[a-z\d]{30}", r"(?!\w)", "oauth:{l30}", "Twitch docs, chat authentication", bits=3.0, behind="sign"),
    Format("tiktok_token", r"(?:act|clt|rft)\.", r"[^\W_]{20}", r"[^\W_]{10,100}+(?:![\w.]{1,12})?", "act.{w60}!4521.va", "TikTok for Developers, user access tokens", bits=3.8, behind="sign"),
    Format("webex_token", "", r"[\w-]{64}_P(?:0A1|F84)_[\da-f]{8}-", r"[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}", "{w64}_PF84_{uuid}", "Webex docs, access tokens", reach=96, anchor=r"(?-i:_P(?:0A1|F84)_[\da-f]{8}-)", behind="sign"),
)  # fmt: skip
