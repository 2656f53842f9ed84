"""Files of articles in a bucket: everything goes as it does with a folder."""

from __future__ import annotations

import gc
import hashlib
import warnings
import zipfile
from datetime import timedelta
from io import BytesIO
from urllib.parse import urlsplit

import boto3
import pytest
from django.core.files.storage import storages as files
from django.urls import reverse
from django.utils import timezone
from moto.backends import get_backend
from moto.server import ThreadedMotoServer

from archive import storages
from archive.attachments import operations, reading
from archive.attachments.models import Attachment
from archive.attachments.storing import path_of, storage
from archive.exchange import operations as imports
from archive.exchange import staging
from archive.service import SERVICE
from tests.archive.test_attachments import PDF, attach, body, picture

BUCKET = "articles-of-hivematrix"


@pytest.fixture(scope="module")
def s3():
    """A server that speaks like S3; gives its address."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield "http://{}:{}".format(*server.get_host_and_port())
    server.stop()
    with warnings.catch_warnings():  # it leaves the files it kept its objects in to the collector
        warnings.simplefilter("ignore", ResourceWarning)
        get_backend("s3").reset()
        gc.collect()


@pytest.fixture
def bucket(s3, settings):
    """Let Archive keep its files in an empty bucket; gives the keys that are in it."""
    config = {
        **{option.key: option.default for option in SERVICE.options},
        "ATTACHMENTS_BUCKET": BUCKET, "S3_URL": s3, "S3_KEY_ID": "key", "S3_SECRET": "secret",
    }  # fmt: skip
    made = boto3.resource(
        "s3", endpoint_url=s3, region_name="us-east-1",
        aws_access_key_id="key", aws_secret_access_key="secret",
    ).Bucket(BUCKET)  # fmt: skip
    made.create()
    settings.STORAGES = {**settings.STORAGES, "attachments": storages.attachments(config)}
    assert files["attachments"].bucket_name == BUCKET
    yield lambda: sorted(each.key for each in made.objects.all())
    made.objects.delete()
    made.delete()


def test_a_file_lies_under_its_hash_once(articles, technician, bucket):
    first, second = (attach(articles["acme"], technician) for _ in range(2))
    assert first.digest == second.digest == hashlib.sha256(picture()).hexdigest()
    assert path_of(first.digest) in bucket()
    assert len([key for key in bucket() if not key.endswith(".webp")]) == 1


def test_it_comes_whole_in_parts_and_small_through_its_view_alone(
    articles, technician, acme, globex, bucket
):
    file = attach(articles["acme"], technician)
    address = reverse("attachment", args=[file.pk])
    whole = acme.browser.get(address)
    assert whole.status_code == 200
    assert urlsplit(address).netloc == ""
    assert body(whole) == picture()
    part = acme.browser.get(address, headers={"Range": "bytes=4-11"})
    assert (part.status_code, body(part)) == (206, picture()[4:12])
    small = acme.browser.get(reverse("attachment-thumbnail", args=[file.pk]))
    assert body(small)[8:12] == b"WEBP"
    assert globex.browser.get(address).status_code == 404


def test_its_words_are_found(articles, technician, bucket):
    attach(articles["acme"], technician, "warranty.pdf", PDF)
    assert reading.read_waiting() == 1
    found = technician.browser.get(reverse("search"), {"q": "kaleidoscope"})
    assert "Zebra printer" in found.content.decode()


def test_what_nothing_needs_any_more_is_deleted(articles, technician, bucket):
    file = attach(articles["acme"], technician)
    storage().save("00/00nobodys", BytesIO(b"left by a transaction that failed"))
    Attachment.objects.filter(pk=file.pk).update(removed_at=timezone.now() - timedelta(days=400))
    operations.clean(now=timezone.now())
    assert bucket() == []


def test_a_space_is_exported_with_its_files(articles, technician, acme_space, bucket):
    attach(articles["acme"], technician)
    answer = technician.browser.get(reverse("space-export", args=[acme_space.slug]))
    with zipfile.ZipFile(BytesIO(body(answer))) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith("plan.png")]
        assert archive.read(name) == picture()


def test_a_file_to_import_waits_there_and_is_gone_when_it_is_done(technician, acme_space, bucket):
    found = imports.stage(
        space=acme_space, name="a.md", content=b"# Zebra tunnel", by=technician.user
    )
    assert bucket() == [f"imports/{found.pk}"]
    operations.clean(now=timezone.now())  # is no file of an article
    assert imports.clean(now=timezone.now() + timedelta(hours=23)) == (0, 0)
    imports.begin(found=found, by=technician.user)
    assert acme_space.articles.get().title == "Zebra tunnel"
    staging.delete(found.pk)  # in a test nothing is committed
    assert bucket() == []
    left = imports.stage(space=acme_space, name="b.md", content=b"# B", by=technician.user)
    assert imports.clean(now=left.created_at + timedelta(hours=25)) == (1, 1)
    assert bucket() == []
