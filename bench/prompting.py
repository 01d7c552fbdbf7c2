"""Mails of prompts: what claiming and sending cost beside the least they could.

The server is a process of its own, so that it does not share an interpreter.
"""

import os
import statistics
import subprocess
import sys

import psycopg

from bench.process import Run, run
from bench.table import Row, say

ROUNDS = 5
SMALL, LARGE, SENT = 1_000, 100_000, 500

_CLEAR = "TRUNCATE events_organization, events_user CASCADE"
# One event that is just over, and a prompt whose mail is due for each of its people.
_FILL = """
    WITH organization AS (
        INSERT INTO events_organization (name, slug, time_zone, language)
        VALUES ('Bench', 'bench', 'UTC', 'en') RETURNING id
    ), event AS (
        INSERT INTO events_event (
            organization_id, title, description, starts_at, time_zone, location,
            prompt_viewers, state
        )
        SELECT id, 'Course', '', now() - interval '4 h', 'UTC', '', false, 'scheduled'
        FROM organization RETURNING id, organization_id
    ), person AS (
        INSERT INTO events_person (
            organization_id, name, email, external_id, time_zone, language,
            show_on_leaderboard, folded_name, folded_email
        )
        SELECT id, 'Person ' || n, 'p' || n || '@example.com', '', '', '', false,
            'person ' || n, 'p' || n || '@example.com'
        FROM organization, generate_series(1, %(people)s) n
        RETURNING id
    ), place AS (
        INSERT INTO events_participant (
            event_id, person_id, role, registration, identity, enrolled,
            show_on_profile, show_to_other_orgs
        )
        SELECT event.id, person.id, 'attendee', 'registered', 'i' || person.id,
            '{(,)}', true, false
        FROM event, person RETURNING id, event_id
    )
    INSERT INTO notifications_attendanceprompt (
        organization_id, participant_id, number, due_at, send_at, not_mailed, failures
    )
    SELECT event.organization_id, place.id, 1, now() - interval '1 h',
        now() - interval '1 h', '', 0
    FROM event, place
"""

_PREPARE_CLAIMS = """
from django.db import reset_queries
from django.utils import translation
from notifications.prompts.claiming import claim
from notifications.prompts.mails import prompt_mail
from core.mails import written
queries = []
def counted(execute, *args):
    queries[-1] += 1
    return execute(*args)
def claim_all():
    now, number = timezone.now(), 0
    with connection.execute_wrapper(counted):
        while True:
            queries.append(0)
            batch = claim(now)
            if batch is None:
                return number
            for each in batch:
                place = each.prompt.participant
                secret, until = each.token.secret, each.until
                mail = prompt_mail(place, each.question, secret, until=until)
                written(mail, to=place.email)
            number += len(batch)
"""
_CLAIM = """
result = claim_all()
if len(set(queries[:-1])) != 1:
    sys.exit(f"not the same number of queries for each batch: {sorted(set(queries))}")
"""

# Mails with the same words, headers and tokens, and nothing else.
_PREPARE_BARE = """
from django.core.mail import get_connection
from core.mails import message_id, unsubscribe_headers, written
from notifications.models import AttendancePrompt
from notifications.prompts.asking import Question
from notifications.prompts.links import new_token, unsubscribe_url
from notifications.prompts.mails import prompt_mail
prompts = list(AttendancePrompt.objects.select_related(
    "participant__event__organization", "participant__person__user"))
def send_all():
    backend = get_connection()
    backend.open()
    for prompt in prompts:
        place, secret = prompt.participant, new_token(prompt.participant).secret
        headers = {"Message-ID": message_id("prompt", prompt.pk)}
        message = written(
            prompt_mail(place, Question.WHETHER, secret, until=timezone.now()),
            to=place.email,
            headers=headers | unsubscribe_headers(unsubscribe_url(secret)))
        message.connection = backend
        message.send()
    backend.close()
    return len(prompts)
"""
_BARE = "result = send_all()"
_PREPARE_SENDING = "from notifications.prompts.sending import send_due_prompts"
_SEND = "result = send_due_prompts(now=timezone.now()).sent"

_SERVER = """
import asyncio
from aiosmtpd.smtp import SMTP
class Taking:
    async def handle_DATA(self, server, session, envelope):
        return "250 taken"
async def serve():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Taking()), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(serve())
"""


def measure() -> list[Row]:
    """Return the memory of claiming, and the rate of sending."""
    small, large = _claimed(SMALL), _claimed(LARGE)
    detail = f"{large.seconds:.0f} s, {large.megabytes:.0f} MB"
    rate, per_second = _rate()
    return [
        Row(
            f"claim and render {LARGE:,} prompts beside {SMALL:,}",
            large.megabytes - small.megabytes,
            50,
            "MB",
            detail=detail,
        ),
        Row(
            "mails of prompts sent, beside a bare loop",
            rate,
            0.8,
            at_most=False,
            detail=f"{per_second:.0f} a second",
        ),
    ]


def _claimed(number: int) -> Run:
    _fill(number)
    timed = run(_CLAIM, prepare=_PREPARE_CLAIMS)
    _must_be(timed, number)
    say(f"  {number:,} claimed: {timed.seconds:.1f} s, {timed.megabytes:.0f} MB")
    return timed


def _rate() -> tuple[float, float]:
    """Return the median ratio of both rates, and the mails that we send a second."""
    ratios, rates = [], []
    with subprocess.Popen(
        [sys.executable, "-c", _SERVER], stdout=subprocess.PIPE, text=True
    ) as server:
        port: str = next(iter(server.stdout or [])).strip()
        os.environ["EMAIL_URL"] = f"smtp://127.0.0.1:{port}"
        try:
            for _round in range(ROUNDS):
                _fill(SENT)
                bare = run(_BARE, prepare=_PREPARE_BARE)
                ours = run(_SEND, prepare=_PREPARE_SENDING)
                _must_be(bare, SENT)
                _must_be(ours, SENT)
                ratios.append(bare.seconds / ours.seconds)
                rates.append(SENT / ours.seconds)
                say(f"  {SENT:,}: {ours.seconds:.2f} s, bare {bare.seconds:.2f} s")
        finally:
            del os.environ["EMAIL_URL"]
            server.terminate()
    return statistics.median(ratios), statistics.median(rates)


def _must_be(timed: Run, expected: int) -> None:
    if timed.result != expected:
        raise RuntimeError(f"{timed.result} instead of {expected}")


def _fill(people: int) -> None:
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        owner.execute("SET rollcall.maintenance = 'benchmark'")
        owner.execute(_CLEAR)
        owner.execute(_FILL, {"people": people})
        owner.execute("VACUUM ANALYZE")
