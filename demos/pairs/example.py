"""The worked examples: pairs written for this app, with our own grades of likeness from 0 to 5."""

from __future__ import annotations

from demos.frame.strings import Language

GradedPair = tuple[str, str, float]

EXAMPLE: tuple[GradedPair, ...] = (
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
CHINESE_EXAMPLE: tuple[GradedPair, ...] = (
    ("那只猫在沙发上睡着了。", "一只猫正睡在沙发上。", 5),
    ("怎么重置密码？", "我忘了密码，想换一个新的。", 4),
    ("火车九点开。", "列车上午九点发车。", 5),
    ("一个孩子在海滩上放风筝。", "有个小孩在海边玩风筝。", 4),
    ("这家公司上调了价格。", "这家公司下调了价格。", 1),
    ("我喜欢这家餐馆。", "我不喜欢这家餐馆。", 1),
    ("狗咬了那个人。", "那个人咬了狗。", 2),
    ("她买了一套房。", "她卖了一套房。", 2),
    ("他欠我三百块钱。", "他欠我三千块钱。", 2),
    ("水在一百度时沸腾。", "炉子上坐着一壶水。", 1),
    ("会议改到了星期五。", "香蕉富含钾。", 0),
    ("央行又降息了。", "守门员扑出了一个点球。", 0),
)
EXAMPLES: dict[Language, tuple[GradedPair, ...]] = {"en": EXAMPLE, "zh": CHINESE_EXAMPLE}
