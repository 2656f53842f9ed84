"""Invoices and credit notes as documents: PDF/A-3 with Factur-X inside, CII and UBL.

``paper`` is all that a document shows; ``pdf``, ``einvoice`` and ``archive`` make files of it, with
no database and no clock. ``assembly`` makes a paper of rows.
"""
