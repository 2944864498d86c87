"""JSON logs about nobody, as services print all day: trace ids, durations, versions, hashes, offsets, prices, blocks.

Nothing in them is personal, and much of it looks as if it were: whatever is changed in them is a defect.
"""

from collections.abc import Callable
from typing import Final

from streams.corpus.dice import Clock, Dice
from streams.corpus.line import Line

__all__ = ["ORDINARY_SHAPES", "envelope", "ordinary"]

Shape = Callable[[Dice, Clock], str]

_SERVICES: Final = ("orders", "catalog", "pricing", "checkout", "search", "inventory", "shipping-rates")
_CLASSES: Final = (
    "com.shop.http.AccessLog",
    "com.shop.cache.TieredCache",
    "com.shop.kafka.Poller",
    "shop.worker.tasks",
)
_LEVELS: Final = ("INFO", "INFO", "INFO", "DEBUG", "WARN")
_PODS: Final = "bcdfghjklmnpqrstvwxz2456789"


def envelope(dice: Dice, clock: Clock) -> str:
    """Return the fields that every service prints first, without the closing brace."""
    service = dice.pick(_SERVICES)
    return (
        f'{{"timestamp":"{clock.iso}","level":"{dice.pick(_LEVELS)}","service":"{service}","version":"{dice.between(1, 9)}.'
        f'{dice.below(40)}.{dice.below(20)}","pod":"{service}-{dice.hex(9)}-{dice.letters(5, _PODS)}","trace_id":"{dice.hex(32)}",'
        f'"span_id":"{dice.hex(16)}"'
    )


def _http(dice: Dice, _: Clock) -> str:
    return (
        f',"logger":"{_CLASSES[0]}","thread":"http-nio-8080-exec-{dice.between(1, 200)}","message":"request completed",'
        f'"http":{{"method":"GET","route":"/api/v2/products/{{sku}}/prices","url":"https://api.shop.example/api/v2/products/SKU-'
        f'{dice.digits(6)}/prices?currency=EUR&page={dice.between(1, 40)}","status":200,"bytes":{dice.digits(5)}}},"duration_ms":'
        f"{dice.between(1, 900)}.{dice.digits(2)}"
    )


def _cache(dice: Dice, clock: Clock) -> str:
    return (
        f',"logger":"{_CLASSES[1]}","message":"cache refreshed: region \\"prices-eu\\" holds {dice.digits(6)} entries",'
        f'"hits":{dice.digits(7)},"misses":{dice.digits(4)},"hit_ratio":0.{dice.digits(4)},"oldest_ms":{clock.ms - dice.below(9**8)},'
        f'"etag":"{dice.hex(40)}","tier":"l2","evicted":{dice.below(500)}'
    )


def _consumer(dice: Dice, clock: Clock) -> str:
    return (
        f',"logger":"{_CLASSES[2]}","message":"committed offset {dice.digits(10)} of catalog.events-{dice.below(24)}, lag '
        f'{dice.below(9000)}","group":"pricing-v3","generation":{dice.between(1, 400)},"leader_epoch":{dice.between(1, 60)},'
        f'"poll_ms":{dice.below(100)},"records":{dice.below(500)},"timestamp_ms":{clock.ms},"batch":"{dice.uuid()}"'
    )


def _deploy(dice: Dice, _: Clock) -> str:
    return (
        f',"message":"image pulled","image":"registry.shop.example/checkout@sha256:{dice.hex(64)}","commit":"{dice.hex(40)}",'
        f'"build":{dice.digits(5)},"took":"{dice.between(1, 60)}.{dice.digits(3)}s","node_uptime_s":{dice.digits(7)}'
    )


def _collector(dice: Dice, _: Clock) -> str:
    return (
        f',"logger":"gc","message":"GC({dice.digits(4)}) Pause Young (Normal) (G1 Evacuation Pause) {dice.digits(3)}M->{dice.digits(2)}M'
        f'(1024M) {dice.between(1, 40)}.{dice.digits(3)}ms","heap_used":{dice.digits(9)},"heap_max":1073741824,"threads":'
        f'{dice.between(40, 300)},"cpu_ns":{dice.digits(12)},"metaspace_kb":{dice.digits(6)}'
    )


def _price(dice: Dice, clock: Clock) -> str:
    return (
        f',"message":"price list recalculated","list_id":"pl_{dice.hex(12)}","skus":{dice.digits(5)},"median":{dice.digits(2)}.90,'
        f'"max":{dice.digits(4)}.00,"currency":"EUR","rate":1.0{dice.digits(4)},"valid_from":"{clock.iso}","checksum":"{dice.hex(32)}",'
        f'"job":"{dice.uuid()}","took_ms":{dice.digits(4)}'
    )


def _block(dice: Dice, _: Clock) -> str:
    return (
        f',"message":"Received block blk_-{dice.digits(19)} of size 67108864","replica":{dice.between(1, 3)},"generation_stamp":'
        f'{dice.digits(7)},"pipeline":"dn-{dice.between(1, 40)}->dn-{dice.between(41, 80)}","throughput_mb_s":{dice.digits(2)}.4,'
        f'"checksum_crc32c":"{dice.hex(8)}","elapsed_us":{dice.digits(6)},"block_pool":"BP-{dice.digits(9)}"'
    )


def _retry(dice: Dice, _: Clock) -> str:
    return (
        f',"logger":"shop.worker.tasks","message":"retry {dice.between(1, 5)} of 5 in {dice.digits(3)} ms","error":{{"type":'
        f'"TimeoutError","stack":"Traceback (most recent call last):\\n  File \\"/srv/app/tasks.py\\", line {dice.between(20, 900)}, '
        f'in run\\n    return fetch(job)\\nTimeoutError: upstream took {dice.between(1000, 9000)} ms"}},"queue":"thumbnails"'
    )


def _pool(dice: Dice, _: Clock) -> str:
    return (
        f',"logger":"com.zaxxer.hikari.pool.HikariPool","thread":"HikariPool-1 housekeeper","message":"Pool stats (total='
        f'{dice.between(10, 50)}, active={dice.below(10)}, idle={dice.below(40)}, waiting=0)","leak_threshold_ms":60000,'
        f'"max_lifetime_ms":1800000,"sql_state":"00000","tx":{dice.digits(8)},"wal_lsn":"{dice.hex(2).upper()}/{dice.hex(8).upper()}"'
    )


def _flag(dice: Dice, _: Clock) -> str:
    return (
        f',"message":"feature flags synchronised","revision":{dice.digits(6)},"flags":{{"new-checkout":true,"fast-search":false,'
        f'"rollout_percent":{dice.below(100)}}},"source":"https://flags.shop.example/v2/sdk/stream?rev={dice.digits(6)}",'
        f'"sdk":"8.4.1","etag":"W/\\"{dice.hex(24)}\\"","duration_ms":{dice.digits(2)}.{dice.digits(1)}'
    )


ORDINARY_SHAPES: Final[tuple[Shape, ...]] = (
    _http, _http, _http, _cache, _consumer, _deploy, _collector, _price, _block, _retry, _pool, _flag,
)  # fmt: skip


def ordinary(dice: Dice, clock: Clock) -> Line:
    """Return a record about nobody; all of it must stay."""
    text = f"{envelope(dice, clock)}{dice.pick(ORDINARY_SHAPES)(dice, clock)}}}"
    return Line(dice.pick(("orders", "payments", "accounts", "data")), text.encode(), (), (text,))
