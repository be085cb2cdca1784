from django.contrib.auth.hashers import Argon2PasswordHasher


class PasswordHasher(Argon2PasswordHasher):
    """Argon2id as OWASP's Password Storage Cheat Sheet has it: 19 MiB, 2 iterations, 1 lane.

    Django's own parameters take 100 MiB and 8 lanes for each login. After a change here, a
    password is hashed anew when its user next logs in.
    """

    memory_cost = 19_456
    time_cost = 2
    parallelism = 1
