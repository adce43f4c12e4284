"""The search index: the only home of opensearchpy.

mapping.py  the index as OpenSearch sees it        queries.py  what is asked; pure
entry.py    one piece of a document; pure          client.py   the connection and the meaning of its errors
index.py    write, remove, count, create           ask.py      send a search, read the answer
swap.py     a new index behind the alias
"""
