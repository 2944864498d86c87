"""Names that tell of keys, and names that do not: providers, telling words, and what every program calls a key."""
# ruff: noqa: ISC004 - tables of words are read as text.

from typing import Final

__all__ = ["KNOWN", "NEVER_ALONE", "NO_SECRETS", "SECRET_WORDS", "SHAPES", "TAILS"]

UUID: Final = r"[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}"

#: Providers, names joined without signs, and what their keys look like where the shape alone says nothing (their API docs).
SHAPES: Final[tuple[tuple[str, str], ...]] = (
    ("adafruit rapidapi", r"[\w-]{32,50}"),
    (
     "adobe algolia appcenter assemblyai azure bugsnag bitrise bittrex codecov coveralls droneci flickr finicity linear mezmo logdna mixpanel "
     "mistral privateai rollbar shodan stackhawk tomtom amplitude openweathermap weatherapi exchangerate newsapi ipstack", r"[^\W_]{32}"),
    ("airtable", r"key[^\W_]{14}"),
    ("alibaba alibabacloud aliyun plaid twitch tencent", r"[^\W_]{24}|[^\W_]{30,36}"),
    ("aws amazon awssecret", r"[A-Za-z\d/+]{40}"),
    ("asana etsy spotify instagram snapchat vk", r"[^\W_]{24}|[^\W_]{32}"),
    ("atlassian confluence jira", r"[^\W_]{20}[\da-f]{4}"),
    ("beamer", r"b_[\w=-]{44}"),
    ("bitbucket contentful fastly nytimes newyorktimes discord netlify vercel launchdarkly", r"[\w=-]{24}|[\w=-]{32}|[\w=-]{40,46}|[\w=-]{64}"),
    ("cisco meraki", r"[\da-f]{40}"),
    ("cloudflare", r"[\w-]{40}|[\da-f]{37}"),
    ("cohere deepgram datadog digitalocean segment sparkpost statuspage wandb weightsandbiases zendesk tiingo launchable", r"[^\W_]{40}|[\da-f]{32}"),
    ("coinbase binance kraken hetzner linode webflow freshbooks freshdesk squareup vultr virustotal bitfinex bybit okx", r"[A-Za-z\d/+=_-]{20,90}"),
    ("confluent", r"[A-Z\d]{16}|[A-Za-z\d+/]{64}"),
    ("dropbox", r"[^\W_]{15}|[\w-]{64}"),
    ("facebook meta", r"[^\W_]{32}|\d{15,17}\|[\w-]{27}"),
    ("finnhub intrinio", r"[^\W_]{20}"),
    ("ghost", r"[\da-f]{24}:[\da-f]{64}"),
    ("gitlab gitea github gitter", r"[\w-]{20,40}"),
    ("heroku hubspot snyk sendbird squarespace kucoin messagebird opsgenie postmark loggly splunk railway wise exa pagertree "
     "instrumentationkey appinsights applicationinsights consul nomad coderabbit codecovupload unity", UUID),
    ("intercom", r"[\w=-]{60}"),
    ("jfrog artifactory bintray xray", r"[^\W_]{64}|[^\W_]{73}"),
    ("linkedin", r"[^\W_]{14,16}"),
    ("mailgun", r"[\da-f]{32}-[\da-f]{8}-[\da-f]{8}"),
    ("mapbox googlemaps herewego", r"[\w.-]{30,100}"),
    ("mattermost rocketchat zulip", r"[a-z\d]{26}|[\w-]{32,43}"),
    ("newrelic", r"[\da-f]{40}|[^\W_]{64}"),
    ("okta", r"00[\w=-]{40}"),
    ("pagerduty", r"[\w+-]{20}"),
    ("scaleway ovh vonage nexmo plivo pusher stytch auth0", r"[\w-]{16,64}|" + UUID),
    ("sentry", r"[\da-f]{64}"),
    ("sonar sonarqube sonarcloud sourcegraph", r"[\da-f]{40}"),
    ("sumo sumologic", r"su[^\W_]{12}|[^\W_]{64}"),
    ("travis travisci", r"[^\W_]{22}"),
    ("trello", r"[\da-f]{32}|[\da-f]{64}"),
    ("twilio", r"[\da-f]{32}"),
    ("twitter", r"[^\W_]{25}|[^\W_]{45}|[^\W_]{50}|\d{15,25}-[^\W_]{20,40}"),
    ("bundleenterprisecontribsyscom bundlegemscontribsyscom", r"[\da-f]{8}:[\da-f]{8}"),
    ("ably", r"[\w-]{6}\.[\w-]{6}:[\w-]{16,50}"),
)  # fmt: skip

#: Providers whose keys show themselves as well; beside the name also an older or newer shape is theirs.
KNOWN: Final = frozenset(
    """
    anthropic openai deepseek gemini groq huggingface perplexity pinecone replicate elevenlabs langchain langsmith together
    stripe square paypal braintree adyen mollie razorpay paystack flutterwave klarna checkout shopify shippo easypost lob duffel
    slack telegram twilio sendgrid mailchimp mandrill brevo sendinblue mailjet resend klaviyo onesignal whatsapp
    google gcp firebase docker dockerhub npm pypi rubygems nuget circleci circle buildkite jenkins sonatype nexus terraform vault
    pulumi doppler grafana dynatrace honeycomb elastic elasticsearch kibana prometheus supabase planetscale mongodb redis
    upstash neon databricks snowflake dbt airbyte fivetran notion figma typeform zapier salesforce marketo pipedrive
    mapquest here dhl fedex ups usps magento woocommerce bigcommerce wix contentstack sanity prismic
    render flyio harness postman prefect dagster airflow tailscale cloudinary imgix mux agora zoom vimeo youtube
    """.split()
)

#: Providers whose name alone stands before too much else to tell of a key.
NEVER_ALONE: Final = frozenset(
    "aws amazon azure alibaba tencent github gitlab gitea bitbucket linear unity exa wise vk segment consul nomad railway discord facebook meta ghost instagram jira confluence".split()
)

#: Words that make the name before them a key's.
SECRET_WORDS: Final = ("key", "secret", "token", "auth", "credential", "cred", "pat", "apikey", "accesskey", "secretkey", "accessid", "password",
                        "passwd", "pwd", "pw", "bearer", "apitoken", "authtoken", "accesstoken")  # fmt: skip

#: Names before such a word that every program has, and that name no secret.
NO_SECRETS: Final = frozenset(
    """
    primary foreign partition cache sort routing idempotency public pub page next prev previous continuation sync cursor pagination
    resume resumption cancel cancellation fencing scroll unexpected lexer parser first last start end max min num count total prompt
    completion input output design reasoning cached index idx unique composite natural surrogate row hash range shard dedup dedupe
    deduplication group message record event kafka redis object s3 blob file image bucket map dict json order lookup search rate
    limit job task queue topic node host translation i18n locale metric issue project feature flag config setting settings registry
    lock mutex entity tenant resource data value sibling parent child ref reference correlation trace request span aggregation
    bucket aggregate join merge group by state version schema column field attribute property header param query tag label
    label annotation resource storage s3object etag fingerprint cert certificate ssh known known_hosts thumbprint checksum digest signature
    modulus exchange transport kid jwk jwks rsa ec ecdsa ed25519 dh lookup shortcut hot keyboard press press down up arrow
    distribution distkey segment time window offset position placeholder special mask pad eos bos unk sep cls tokenizer word
    """.split()
)  # fmt: skip

#: Tails behind such a word that do not change what it names.
TAILS: Final = frozenset(
    "prod production dev develop development test testing staging stage live sandbox value primary secondary old new".split()
)
