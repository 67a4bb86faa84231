"""Training sentence-pair models on a shared base: `python -m models.train --help`.

    settings.py        what is chosen: kind, loss, method, steps, seed
    labelled_pairs.py  pairs with labels, from a local file or a hub data set; bundled.py our own
    trainee.py         the model while it is trained; low_rank.py its LoRA updates
    objectives.py      settings to a loss of a batch
    events.py          what is reported on the way; session.py the bounds of a training in the app
    trainer.py         steps, evaluations, best weights; checkpoint.py stops and goes on
    tuning.py          a training by an optimiser that is brought along, and its report
    mine.py            pairs without labels, graded by teachers
    saving.py          adapter, head and card; export.py sentence-transformers' folder

The trainer computes in whatever thread calls it; the registry calls it on the device's.
"""
