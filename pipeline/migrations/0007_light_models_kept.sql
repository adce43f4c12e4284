-- The oldest light models of a tenant go when a new one comes.

GRANT DELETE ON light_models TO docstream;
