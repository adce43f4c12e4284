"""The search index: the only home of opensearchpy.

mapping.py  the index as OpenSearch sees it; pure     client.py   the connection and the meaning of its errors
entry.py    one piece of a document; pure             index.py    write, remove, count, create
values.py   fields as they are searched by; pure      ask.py      send a search, read the answer
filters.py  what every hit must be; pure              swap.py     a new index behind the alias
queries.py  what is asked; pure
"""
