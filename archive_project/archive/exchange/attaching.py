"""The files that imported texts show or link to, as attachments; the same file is stored once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from hashlib import sha256
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID, uuid4

from django.core.files.base import ContentFile

from archive.articles.models import Article
from archive.attachments import operations
from archive.attachments.models import Attachment
from archive.attachments.rules.kinds import clean_name
from archive.exchange import linking
from archive.exchange.documents import Document
from archive.exchange.planning import Step, Tell
from archive.spaces.models import Space


class Shelf:
    """What each document has of files, its own front matter's first, then what it links to.

    ``put`` stores what the space does not have yet; ``dry``, nothing. A file of one document that
    another links to stays that one's.
    """

    def __init__(
        self, documents: Mapping[str, Document], files: Mapping[str, bytes], *, by: Any, dry: bool
    ) -> None:
        self.documents, self.files, self.by, self.dry = documents, files, by, dry
        self.owners = {
            path: document.path
            for document in documents.values()
            for path in document.named
            if path in files
        }
        self.addresses: dict[tuple[str, str], str] = {}  # of a file, by document and path
        self.new: dict[str, list[Attachment]] = {}  # by document
        self.plain: set[str] = set()  # addresses of what is no picture
        self.done: Counter[str] = Counter()  # by path: how many articles have it newly
        self.refused: dict[str, str] = {}

    def put(self, space: Space, slugs: Mapping[str, str], tell: Tell) -> None:
        """Make an attachment, of no article yet, of every file the space does not have."""
        rows = Article.objects.filter(space=space, slug__in=slugs.values())
        known = dict(rows.values_list("slug", "pk"))
        for number, (path, document) in enumerate(self.documents.items(), start=1):
            tell(Step.ATTACHING, number, len(self.documents), path)
            if wanted := self._wanted(document):
                self._put(document, wanted, known.get(slugs[path]))

    def adopt(self, document: Document, article: Article) -> int:
        """Give ``article`` what was put for ``document``; returns how many files that is."""
        new = self.new.get(document.path, [])
        if new and not self.dry:
            operations.adopt(article=article, attachments=new)
        return len(new)

    def address(self, document: Document, path: str) -> str | None:
        """Return the address of the file at ``path`` for a link of ``document``."""
        own = self.addresses.get((document.path, path))
        return own or self.addresses.get((self.owners.get(path, ""), path))

    def refused_of(self, document: Document) -> list[str]:
        """Return why pictures inside ``document`` were refused."""
        return [f"{why}: {file}" for file, why in self.refused.items() if file in document.embedded]

    def _wanted(self, document: Document) -> dict[str, str]:
        """Return the names of the files of ``document`` by their paths."""
        wanted = {path: name for path, name in document.named.items() if path in self.files}
        for path in linking.targets(document.source, document.path):
            if path in document.embedded or (
                path in self.files and path not in self.documents and path not in self.owners
            ):
                wanted.setdefault(path, PurePosixPath(path).name)
        return wanted

    def _put(self, document: Document, wanted: Mapping[str, str], pk: UUID | None) -> None:
        rows = Attachment.objects.current().filter(article=pk) if pk else ()
        known = {(row.name, row.digest): row for row in rows}
        count = len(known)
        for path, name in wanted.items():
            content = document.embedded.get(path) or self.files.get(path, b"")
            key = (clean_name(name), sha256(content).hexdigest())
            if key not in known:
                if count >= operations.MOST:
                    self.refused[path] = f"an article has at most {operations.MOST} files"
                    continue
                made = self._attach(path, name, content)
                if made is None:
                    continue
                known[key], count = made, count + 1
                self.new.setdefault(document.path, []).append(made)
                self.done[path] += 1
            self._remember(document, path, known[key])

    def _attach(self, path: str, name: str, content: bytes) -> Attachment | None:
        if self.dry:
            problem = operations.problem_of(len(content))
            made = Attachment(pk=uuid4(), name=name)
        else:
            try:
                return operations.attach(name=name, content=ContentFile(content), by=self.by)
            except operations.NotPossible as error:
                problem = str(error)
        if problem:
            self.refused[path] = problem
            return None
        return made

    def _remember(self, document: Document, path: str, attachment: Attachment) -> None:
        address = f"/attachments/{attachment.pk}"
        self.addresses[document.path, path] = address
        if not attachment.is_picture and path not in document.named:
            self.plain.add(address)
