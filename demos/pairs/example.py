"""The worked example: pairs written for this app, with our own grades of likeness from 0 to 5."""

from __future__ import annotations

EXAMPLE: tuple[tuple[str, str, float], ...] = (
    ("The cat is asleep on the sofa.", "A cat is sleeping on the couch.", 5),
    ("How do I reset my password?", "I forgot my password and need a new one.", 4),
    ("The train leaves at nine.", "The train departs at 9 a.m.", 5),
    ("A child is flying a kite on the beach.", "A kid plays with a kite by the sea.", 4),
    ("The company raised its prices.", "The company lowered its prices.", 1),
    ("I like this restaurant.", "I do not like this restaurant.", 1),
    ("The dog bit the man.", "The man bit the dog.", 2),
    ("She bought a house.", "She sold a house.", 2),
    ("He plays the guitar in a band.", "A band needs a new guitar player.", 2),
    ("Water boils at one hundred degrees.", "The kettle is on the stove.", 1),
    ("The meeting was moved to Friday.", "Bananas are rich in potassium.", 0),
    ("Interest rates fell again.", "The goalkeeper saved a penalty.", 0),
)
