"""Short questionnaires as people write them, each with the beginnings of its questions."""

BOLD = """
Notes on chapter nine (wiki)

Here are the questions:

1. **What is a continuous variable?**

A number that may take any value in a range, such as an age.

1. **What is a categorical variable?**

   One with a few levels:

   1. low
   2. high

   Why not as numbers? Since the distance between them says nothing.

1. **Write a list comprehension** that doubles everything.

[x*2 for x in xs]

1. **What does `zip` do? And `map`?** They walk along.

2. **Name the steps of SGD.**
1. Initialise the parameters
1. Calculate the loss
1. Is it small enough?
1. Stop

1. Which metric is used for the bulldozers?

The root of the mean squared log error. **Why?** Because prices grow by shares.
"""

COUNTED = """
Questionnaire

1. What is a tensor?
A table of numbers with any number of axes.

2. What are the seven steps?
1. Initialise the parameters
2. Predict
3. Calculate the loss
4. Calculate the gradients
5. Step
6. Repeat
7. Stop

3. Explain the difference between rank and shape.
The rank is the length of the shape.
4. How many images are in a mini-batch of the
chapter?
64 of them.
5. Sketch an epoch.

 1. take a batch
 2. is there another?
"""

HEADINGS = """
# Chapter 5

## Question 1
What is a mini-batch?

A few items at a time.

### Is it shuffled?
Yes.

## Question 2
Why do we need a loss?

1. Metrics are steps. Why is that bad?
2. The gradient is zero there.

## Question 3
How do you compute it?

`loss.backward()`
"""

HASHED = """
### 1. What is `view`?

It changes the shape.

### 2) Which axis has -1?

The one that is left.

### 3: Why would it fail?

Memory.
"""

LETTERS = """
Q1. What is a gradient?
A: A slope.

Q2. What is a learning rate?
Answer: How far a step goes.

Q3: When is it too high?
A: When the loss grows.
"""

ALONE = """
1.
What is an epoch?

One pass over the data.

2.
What is a batch?

A part of it:

1. first
2. second

3.
What is a step?

An update.
"""

BOLD_NUMBERS = """
**1. What is ReLU?** max(0, x)

**2. What is a bias?**

A constant that is added.

**3. Why is it needed?**
Else every line goes through 0.
"""

UNNUMBERED = """
Some questions of the chapter

**What is overfitting?**

Learning by heart.

**How can you see it?**

The validation loss grows, and so on.

**What helps against it?**

More data.
"""

GAP = """
1. **What is one?**

An answer.

**What is two?**

An answer without a number above.

3. **What is three?**

An answer.

4. **What is four?**

An answer. And then?
"""

LISTED_ABOVE = """
The questions:

1. What is a pixel?
2. What is a channel?
3. What is a stack?

And the answers:

1. What is a pixel?

A point of an image.

2. What is a channel?

One of three colours.

3. What is a stack?

Many images in one tensor.
"""

QUOTED = "\n".join(f"> {line}" for line in BOLD_NUMBERS.split("\n"))

ESCAPED = """
1\\. What is a class?

A kind of thing.

2\\. What is an object?

A thing of that kind: 1\\. this and 2\\. that.
"""

STARS = """
1. **What is *momentum*?**

    It goes on.

1. **Why `SGD`** and not the whole set?

    It is cheaper.

1. __What is Adam?__

    One more optimiser.
"""

WRAPPED = """
1. **What is the difference between a parameter that is learned by the model and
   a hyperparameter that somebody chooses?**
   The first is changed by SGD.
1. **Is the learning rate
   a parameter?**
   No.
"""

UNCLOSED = """
1. **What does this print?**

```
print(1)

1. **What does that print?**

```python
print(2)
```

1. **And what is printed last?**

Nothing.
"""

INDENTED = """
  1. What is a loss?
     A number that should be small.
     1. mean squared error
     2. cross-entropy, what else?

  2. What is a metric?
     A number for people.

  3. Why two of them?
     A loss needs a slope.
"""

COPIED = """
Chapter 9, solutions (wiki)
a.reader (A Reader) May 2, 2021, 6:41pm #1
Here are the questions:

1. How is a table stored? And a column?
As numbers, one for each cell.

1. What is a “slice”? Create one now that has the first two items.
A part of a sequence:

In [ ]:
xs = torch.arange(4)
xs[:2]

Out[ ]:
tensor([0, 1])
In [ ]:
ys = xs[:2]

1. What are the three steps of a recipe?
1. Mix – all that is dry
2. Stir – slowly
3. Bake – until it is done

1. Write pseudo code of a loop.
for x, y in dl:
    loss = f(x, y)
    loss.backward()

1. Write a function which, given [1, 2] and 'ab', returns pairs. What is special about them?
def pairs(a, b): return list(zip(a, b))

Each pair keeps together what belongs together.

34 Likes

Chapter 10, solutions (wiki)
b.reader (B Reader) May 7, 2021, 3:32am #2
Hi,
1. Is the second answer right?
"""

SAVED = """<!DOCTYPE html><html><head><title>x</title></head><body><header><p>1. What is a menu?</p></header>
<div class="topic-post"><p>ann</p><div class="cooked"><p>Here are the questions:</p><ol>
<li><p><strong>How is a table stored?</strong></p><p>As <em>numbers</em>, <a href="https://example.org/a">so</a>.</p></li>
<li><p><strong>What are the steps?</strong></p><ol><li>mix</li><li>stir<ul><li>slowly</li></ul></li><li>baked?</li></ol>
<p>That is all.</p></li>
<li><p><strong>Create a function that pairs.</strong></p><pre><code class="lang-python">def f(a, b):
    return list(zip(a, b))
</code></pre><p>So <span class="katex"><span class="katex-mathml"><math><semantics><mi>x</mi><annotation
encoding="application/x-tex">x^2</annotation></semantics></math></span><span
class="katex-html"><span>x2</span></span></span>.</p>
<a class="lightbox" href="https://example.org/i.png"><img src="i.png" alt="a curve"><div
class="meta"><span>690 by 388</span></div></a></li><li><p><strong>What is a bias?</strong><br>A constant.</p>
<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table></li></ol></div></div>
<div class="topic-post"><div class="cooked"><p>Thanks!</p><ol><li>And what about 3?</li><li>Why?</li></ol></div></div>
<footer><p>Powered by a forum</p></footer></body></html>
"""

MANNERS = {
    "bold, all marked 1": (BOLD, "What is a cont/What is a cat/Write a list/What does `zip`/Name the/Which metric"),
    "copied": (COPIED, "How is a table/What is a “slice/What are the three/Write pseudo/Write a function"),
    "counted": (COUNTED, "What is a tensor/What are the seven/Explain the diff/How many images/Sketch an epoch"),
    "headings": (HEADINGS, "What is a mini-batch/Why do we need/How do you"),
    "numbers in headings": (HASHED, "What is `view`/Which axis/Why would"),
    "letters": (LETTERS, "What is a gradient/What is a learning/When is it"),
    "numbers alone": (ALONE, "What is an epoch/What is a batch/What is a step"),
    "numbers in bold": (BOLD_NUMBERS, "What is ReLU/What is a bias/Why is it"),
    "without numbers": (UNNUMBERED, "What is overfitting/How can you/What helps"),
    "one number is missing": (GAP, "What is one/What is two/What is three/What is four"),
    "listed above": (LISTED_ABOVE, "What is a pixel/What is a channel/What is a stack"),
    "quoted as a whole": (QUOTED, "What is ReLU/What is a bias/Why is it"),
    "escaped": (ESCAPED, "What is a class/What is an object"),
    "other emphasis": (STARS, "What is *momentum/Why `SGD`/What is Adam"),
    "wrapped": (WRAPPED, "What is the difference between a parameter that is/Is the learning rate a"),
    "a fence is not closed": (UNCLOSED, "What does this/What does that/And what"),
    "indented": (INDENTED, "What is a loss/What is a metric/Why two"),
}
