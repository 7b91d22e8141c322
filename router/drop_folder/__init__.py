"""The drop folder: files that legacy systems copy into a folder, taken in as batches, answered beside them.

    HUB_DROP_FOLDER/acme/in/       here a partner's files are put, NAME and, before it, NAME.json if there is
                                   something to say of it
    HUB_DROP_FOLDER/acme/.taken/   what is under way, each file in a folder of its own: the hub's alone
    HUB_DROP_FOLDER/acme/done/     NAME, NAME.receipt.json, NAME.outcomes.*
    HUB_DROP_FOLDER/acme/failed/   the same of files that could not be used

Nothing is followed out of the folder: every name is opened below the folder that holds it, no link is. Whatever a
process was doing when it died, the next one finds the state on the disk and goes on: a file is renamed, never copied.
"""
