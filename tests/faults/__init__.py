"""Faults: what breaks, what is promised then, and which test shows it.

`world` is a whole site of its own: database server, files on small file systems, gunicorn, people with sessions.
`steps` says where a process may be killed, `forks` kills it there; `operations` is what people do, `ledger` what they
were answered and what must hold of the data afterwards. All on the database of the test run, SQLite or PostgreSQL.
`make faults` takes every step of the slow paths and goes on longer.

    fault                                             shown by
    F1  killed in an import                           test_crash_points.test_an_import, impor/test_killed.py
    F2  killed in a submit or a decision              test_crash_points.test_the_moves_of_an_isian (by a fork and
                                                      in the worker of gunicorn)
    F3  killed after the commit, before the answer    test_crash_points (the last steps of every path, sent again),
                                                      test_ledger.test_a_worker_killed_at_every_step_of_a_form
    F4  killed while papers are made                  monitoring/test_dokumen_latar.py
    F5  a worker hangs or runs out of memory          test_ledger.test_a_worker_that_hangs, .._workers_killed_at_random
    F6  connections cut                               test_ledger.test_connections_cut, test_unavailable
    F7  database restarted hard                       test_ledger.test_the_database_stopped_hard_and_started
    F9  SQLite held by another writer                 test_unavailable.test_a_database_held_by_another_writer_...
    F10 writers who read before they write            test_clock_and_writers.test_of_two_hundred_...
    F11 many decide at once                           test_ledger.test_of_many_who_move_at_once_..., test_races.py,
                                                      desk/test_races.py
    F12 double click, network retry                   test_ledger.test_one_form_sent_many_times_at_once, test_races.py
    F13 stale form                                    rusun/test_filling.py, test_bentrok.py, browser/test_filling.py
    F14 session over on a half-filled form            rusun/test_filling.py, browser/test_filling.py, test_unavailable
    F16 deadline instants, zones, the new year        monitoring/test_batas.py, test_clock_and_writers
    F17 clock jumps back                              test_clock_and_writers.test_after_the_clock_jumped_back_...
    F18 disk full: database, uploads, temp and log    test_ledger.test_the_disk_of_..., test_background,
                                                      test_unavailable.test_without_room_...
    F19 upload cut off                                test_unavailable.test_uploads_cut_off_...
    F20 folder read-only                              test_ledger.test_the_folder_of_uploads_read_only
    F21 damaged and huge workbooks                    impor/test_files.py, core/test_workbook_reader.py
    F22 an import or a run started twice              test_background.test_a_run_started_twice_..., impor/test_races.py
    F28 mail server down                              monitoring/test_surel.py (a submit only fills the outbox)

F8 and F23 to F27 (start without database, power, backup, migration, restart under load) belong to the operation of the
site, F15 to its load.
"""
