"""How well documents are understood: the running product against a labelled folder.

manifest.py    what the labels say; which half a document is in
drive.py       upload, wait, ask, search: the product through its HTTP API
observed.py    what the product answered, as it is kept in a file
categories.py  right, wrong, how sure; pure        fields.py   values found, missed, wrong; pure
ranking.py     one search against its labels; pure search.py   all searches, and how sure a difference is; pure
report.py      all of it as JSON; pure             table.py    the same to read; pure
"""
