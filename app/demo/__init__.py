"""The demo's engine: a network that learns to tell a 3 from a 7 while you watch.

Theory of operation
    data        MNIST_SAMPLE if it was fetched, else handwriting that the program draws itself (`strokes`); every result
                carries the provenance. Rows are 784 bytes, a 3 is 1 and a 7 is 0, as in the chapter.
    training    `train.train(config, data)` is a generator of plain frozen events that knows no listener: who does not
                ask for the next one has paused it. The terminal, the tests and the child process all consume it.
    the step    is written twice: readable, with autograd (`models`), and fast, by hand (`fast`); a test proves that
                both give the same weights. On a graphics card an epoch is one CUDA graph (`cuda`).
    the child   the web process never imports torch. It starts `python -m app.demo` (`process` is its side of the pipes,
                `child` the other): niced, one thread, no secret in its environment, ended by closing its stdin.
    a drawing   is normalised and judged by NumPy alone (`drawing`), from the weights that the child sent.

Modules that may be imported without torch: archive, config, data, drawing, events, fetch, mailbox, pictures, png,
process, script, strokes.

Not covered: digits other than 3 and 7 (a 5 gets an answer too, and the pages say so); more than one graphics card;
other layouts than MNIST_SAMPLE's.
"""
