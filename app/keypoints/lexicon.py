"""What the engine knows of English and of the field: small words, words that mean the same, opposites, negation.

Tables only. Every entry is written as a plain word and stemmed on import. Same: one concept. Near: half-way the same.
Opposites: one concept with a sign, which negation turns round, so that "does not change" meets "stays the same".
"""

from app.keypoints.words import stem

FUNCTION = frozenset("""
a an the this that these those it its it's itself they them their theirs he she his her him i me my mine we us our you
your yours one's who whom whose which what when where why how there here then than as so such of to in on at by for from
with into onto about via per upon and or but if because since while whereas although though also too very just only even
still already yet is are was were be been being am has have had having do does did done will would shall should can
could may might must ought let let's i'm you're we're they're that's there's what's i've we've you've it'll we'll you'll
they'll he's she's again both either each any some other others another own same's etc eg ie e g i.e e.g quite rather
really basically simply actually thus hence therefore hereby once upon during within between among through throughout
over under against around above below ok well now ever always's like um uh please lot lots bit kind sort
""".split())  # fmt: skip
LIGHT = frozenset(stem(word) for word in """
get gets getting got gotten give gives given giving make makes made making take takes took taken taking use uses used
using thing things way ways call called calls mean means meant say says said saying tell tells told telling put puts
come comes came go goes went going gone need needs needed want wants work works know known knows look looks see sees
happen happens become becomes became find finds found keep let help helps try tries show shows think thinks first
second next finally case cases example instance usual usually often normally generally typically mostly possible able
whole certain several many much more most few exactly about people everything something anything someone way time
times part parts result results number numbers value values new
""".split())  # fmt: skip
OTHER_TONGUES = frozenset("""
der die das und ist nicht ein eine einen dem den des mit wird werden von zu auf fur sich auch oder wenn durch bei sind
im als wie es sie ihre dass daten aus le la les des une est et dans pour pas que qui sur avec sont ce cette il elle nous
aux du par plus ses el los las y en un una es por para con que se lo como mas pero su del al entre cada il lo gli che di
per con non sono della nel alla o os as do da em um uma nao com para dos das ao het een van en niet op voor zijn wordt
met aan bij och att det som inte av
""".split())  # fmt: skip
NEGATORS = frozenset("""
not no never none nothing nor neither cannot cant can't don't dont doesn't doesnt didn't didnt isn't isnt aren't arent
wasn't weren't won't wont wouldn't shouldn't couldn't hasn't haven't hadn't mustn't needn't without hardly barely rarely
unable impossible instead lack lacks lacking avoid avoids avoiding prevents prevent fails fail refuses refuse nowhere
nobody neither
""".split())  # fmt: skip
NEGATES_NOUN = frozenset("no without lack lacks lacking instead none nothing".split())
BOUNDARIES = frozenset(", ; : . ! ? ( ) but because whereas while although though so since which unless until".split())
PHRASES_TEXT = """
mini batch=minibatch; data loader=dataloader; data loaders=dataloader; data set=dataset; data sets=dataset; learning
rate=lr; step size=lr; in place=inplace; back propagation=backprop; back prop=backprop; non linear=nonlinear; non
linearity=nonlinear; loss function=loss; loss func=loss; cost function=loss; objective function=loss; error
function=loss; over fit=overfit; over fitting=overfit; over fits=overfit; by heart=memorise; chain rule=chainrule;
with respect to=wrt; w r t=wrt; neural network=network; neural net=network; neural nets=network; neural
networks=network; requires grad=requiresgrad; require grad=requiresgrad; requires gradient=requiresgrad; zero
grad=zerograd; no grad=nograd; no longer=not; not only=also; no matter=whatever; element wise=elementwise; element by
element=elementwise; one by one=onebyone; at the same time=simultaneous; right hand=right; left
hand=left; grey scale=greyscale; gray scale=greyscale; black and white=greyscale; per cent=percent; square root=root;
step function=stepfunction; list comprehension=comprehension; file name=filename; not necessarily=not; as well=also;
held out=validation; hold out=validation; validation set=validation; valid set=validation; training set=training;
train set=training; test set=validation; validation data=validation; training data=training; back and forth=bounce; to
and fro=bounce; side to side=bounce; blow up=diverge; blows up=diverge; blowing up=diverge; out of control=diverge;
time consuming=slow; as is=unchanged; for loop=loop; for each=each; no need=not need; not needed=not need; up to
you=choose; python loop=loop; round trip=loop; many times=repeat; several times=repeat; multiple times=repeat; again
and again=repeat; over and over=repeat; down hill=downhill; up hill=uphill; steepest descent=downhill; make
sure=ensure; add up=sum; adds up=sum; added up=sum; adding up=sum; sum up=sum; pile up=accumulate; piles
up=accumulate; builds up=accumulate; build up=accumulate; keep adding=accumulate; floating point=float; look
up=lookup; mixed up=shuffle; mix up=shuffle; straight line=line; s shape=sshape; s shaped=sshape; s curve=sshape; x
axis=xaxis; y axis=yaxis; in parallel=parallel; graphics card=gpu; graphics cards=gpu; rank 3=rank3; rank three=rank3;
3 d=3 dimension; 2 d=2 dimension; 1 d=1 dimension; at random=random; by chance=random; by hand=manual; by
itself=automatic; on its own=automatic; root mean square=rmse; root mean squared=rmse; mean absolute=mae; mean squared
error=mse; gradient descent=sgd; step by step=gradual; bit by bit=gradual; little by little=gradual; ahead of
time=before; in advance=before; prior to=before; all the time=always; every time=each; both ways=both; rather
than=instead; left over=remaining; so far=previous; used up=exhausted; runs out=exhausted; stand for=represent; stands
for=represent; made of=consist; made up=consist; get rid=remove; throw away=discard; throws away=discard; thrown
away=discard; as small as possible=minimise; as low as possible=minimise; go up=rise; goes up=rise; going up=rise; go
down=fall; goes down=fall; going down=fall
"""
# One concept a line: all of them mean the same here.
SAME_TEXT = """
gradient grad grads gradients ∇ ∂ nabla
derivative derivatives differentiate differentiated differentiation differentiable differential
lr learningrate alpha eta λ η α lambda stepsize
weight weights w ws wts wt
parameter parameters params param
minibatch minibatches batch batches
sgd
dataset datasets
image images picture pictures photo pics pic img imgs
pixel pixels
grey greys greyscale gray grayscale
colour color colours rgb coloured colors
prediction predictions predict predicts predicted preds pred forecast guess guesses output outputs
target targets label labels truth
optimiser optimizer optimizers opt optimization optimisation optimise optimize
activation activations
network networks net nets nn model models
layer layers
neuron neurons unit units node nodes
dimension dimensions dim dims axis axes
tensor tensors
array arrays
matrix matrices
accuracy acc
validation valid val validating validate
training train trains trained
calculate calculates compute computes computed computing calculated calculation computation calc evaluate evaluated
function functions func fn
multiply multiplied multiplies multiplication times * × product products
divide divided divides division / ÷ over
equals = ==
sum sums summed total totals
mean average averages averaged avg averaging
square squared squares squaring ²
root sqrt √ rooted rooting
memory ram storage
random randomly randomness arbitrary randn rand stochastic
initialise initialize init initial initialisation initialization start starts starting begin begins beginning
repeat repeats repeated repeatedly iterate iterates iterative iteration iterations loop loops looping looped
backward backwards backprop backpropagation backpropagate backpropagates
autograd automatic automatically auto automated
manual manually hand
shuffle shuffled shuffles shuffling randomise mix mixes mixed reorder
memorise memorize memorised memorizes memorised remember remembers memorising
overfit overfitting overfits overfitted
generalise generalize generalises generalizes generalisation generalization
folder folders directory directories subfolder subfolders subdirectory dir dirs
file files
class classes category categories
distance distances dist
difference differences diff diffs deviation deviations
absolute abs magnitude
error errors
epoch epochs
human humans person persons people us person's
element elements item items entry entries
elementwise pointwise
list lists
index indices indexes indexing indexed
shape shapes
rank ranks
size sizes length lengths len long
parallel simultaneous simultaneously concurrently together
gpu gpus cuda accelerator
nonlinear nonlinearity nonlinearities nonlinearly
linear linearly linearity affine
smooth smoothly
kink corner bend bends bent
sigmoid logistic
probability probabilities prob
threshold thresholds cutoff limit
overshoot overshoots overshooting overshot
bounce bounces bouncing bounced oscillate oscillates oscillating oscillation hop hops zigzag swing swings
diverge diverges divergence diverging explode explodes exploding infinity ∞ inf nan
minimum minima optimum optimal bottom valley
tuple tuples pair pairs
iterator iterators generator
decorator decorators decorate decorates
dot inner
row rows
column columns col cols
stride strides contiguous
constant intercept offset
origin
flexible flexibility
symmetry symmetric symmetrical
estimate estimates estimated estimation approximate approximation approximates approximately
noisy noise noisier unstable erratic unreliable jumpy
huge enormous gigantic vast impractically immense
theorem
exist exists existence
interpreter interpreted interpreting interpretation
compiled compile compiles precompiled
overhead
zero 0 zeros zeroes zeroed zeroing nil nought
1 one ones
2 two twice
3 three threes triple
4 four
5 five
6 six
7 seven sevens
8 eight
9 nine
10 ten
0.5 half .5 1/2
reset resets resetting clear clears cleared clearing empty emptied erase erased zerograd
update updates updated updating adjust adjusts adjusted adjusting tweak tweaks
copy copies copied copying duplicate duplicates duplicated duplicating
stretch stretched stretches stretching expand expands expanded expanding repeat's
broadcast broadcasts broadcasting broadcasted
filter filters filtered filtering select selects selected selecting
bracket brackets parentheses
syntax
plot graph curve graphs plots
horizontal plateau plateaus
stairs staircase stepfunction piecewise
measure measures measured measuring quantify
compare compares compared comparing comparison
wrong incorrect incorrectly mistake mistakes
right's correct correctly
baseline benchmark reference
similar similarity resemble resembles
unseen unknown
raise raises throw throws exception exceptions runtimeerror crash crashes
"""
# Half-way the same: a match counts less.
NEAR_TEXT = """
weight parameter coefficient
gradient derivative slope
steep slope
minimise small fall
loss error cost
model function
network layer
image digit
prediction result
target answer
calculate find
accumulate sum add
update change move
step update move
repeat again more
folder path
class digit
measure say
metric accuracy
minimum best
rank dimension
shape size
zero remove
copy new
memory storage data
backward gradient
automatic pytorch
validation unseen test
quick time cheap efficient
slow time expensive cost
noisy inaccurate random
huge large
compromise balance tradeoff middle
people read understand
bounce jump
diverge rise grow
random chance
pixel value cell
array matrix grid table
tensor array matrix
brightness intensity light shade
label name
nonlinear bend curve
gpu hardware
parallel many
loop iterate
kernel compiled code
dataset data
dataset collection
subset portion few sample
sample example item element
batch group chunk sample
raise error fail
stretch repeat
optimiser step
human look
estimate guess
flat zero
flat horizontal
equals same
similar nearest
smooth differentiable
constant bias
shift move
learn train
learn update
"""
# plus words | minus words; one concept with a sign.
OPPOSITES_TEXT = """
large larger largest big bigger biggest great greater greatest high higher highest rise rises rising rose increase
increases increased increasing grow grows grew growing climb climbs raised maximise maximize maximised worsen | small
smaller smallest little tiny low lower lowers lowered lowering lowest fall falls falling fell decrease decreases
decreased decreasing shrink shrinks drop drops dropped reduce reduces reduced reducing minimise minimises minimised
minimize minimizes minimized minimising minimizing slight ;
more many most plenty | less few fewer fewest lesser least ;
better best good improve improves improved improving improvement | bad worse worst badly poor poorly deteriorate ;
quick fast faster quicker fastest quickly speed speeds speedy | slow slower slowly slowest ;
steep steepness steeper | flat level ;
positive positively | negative negatively ;
black dark darker darkest | white bright brighter brightest lighter ;
up upward upwards uphill above | down downward downwards downhill below ;
before earlier preceding beforehand | after afterwards later following ;
left leftmost | right rightmost ;
change changes changed changing modify modifies modified modifying alter alters altered differ differs different
differently distinct mutate mutates mutated mutating | unchanged stay stays stayed remain remains remained keep keeps
kept untouched same preserve preserves preserved unaffected intact equal identical alike ;
accumulate accumulates accumulated accumulating accumulation | overwrite overwrites overwritten overwriting replace
replaces replaced replacing ;
add adds added adding addition plus + += | subtract subtracts subtracted subtracting subtraction minus - − – -= ;
always forever | never seldom ;
all every entire full everything complete | none nothing ;
close closer closest near nearer nearest | far further farther farthest away ;
inside within | outside ;
share shares shared sharing | separate separately ;
seen familiar | unfamiliar ;
possible | impossible ;
depend depends dependent depending | independent independently irrespective ;
easy easily easier simple simpler | hard difficult harder complicated complex ;
opposite against reverse inverse | along ;
converge converges convergence settle settles | unsettled ;
necessary required requires require mandatory | optional unnecessary optionally ;
first front leading | last final trailing end ;
stable | unstable ;
continuous continuously | discontinuous jump jumps jumping
"""
IRREGULAR_TEXT = """
unchanged=change! unaffected=change! unseen=see! undefined=define! unnecessary=need! unlike=like! untracked=track!
unordered=order! unused=use! incompatible=compatible! inaccurate=accurate!
taught=teach learnt=learn went=go gone=go chose=choose chosen=choose ran=run drawn=draw drew=draw written=write
wrote=write stood=stand meant=mean threw=throw thrown=throw lay=lie lies=lie laid=lie held=hold built=build
"""
# Finite verbs that a sentence of this field is likely to have; with "=" and the forms of "be" and "have" among them.
VERBS = frozenset(stem(word) for word in """
is are was were be been am has have had do does did will would can could should must may might = -= += means mean's
equals tell tells say says give gives take takes make makes use uses compute computes calculate calculates add adds
subtract multiply divide update updates change changes move moves step repeat repeats stop initialise initialize init
predict predicts return returns store stores need needs let lets work works help helps learn learns train trains
measure measures compare compares show shows keep keeps build builds create creates contain contains hold holds go
goes get gets become becomes depend depends increase increases decrease decreases rise rises fall falls jump jumps
bounce bounces diverge diverges overshoot explode explodes put run runs call calls set sets start starts begin begins
loop loops shuffle shuffles split splits stack stacks pick picks choose chooses replace replaces copy copies share
shares match matches raise raises fail fails apply applies stay stays require requires look looks see sees want wants
avoid avoids average averages square turn turns map maps squash squashes produce produces describe describes count
counts save saves don't doesn't isn't aren't can't won't cannot it's that's they're you're we're there's pass passes
feed feeds cost costs waste wastes find finds try tries iterate backpropagate zero clear reset download read reads
write writes draw draws grow grows shrink shrinks lower lowers reduce reduces minimise minimises minimize minimizes
improve improves
""".split())  # fmt: skip


def _groups(text: str) -> list[list[str]]:
    return [line.split() for line in text.strip().splitlines()]


def _stemmed(word: str) -> str:
    return stem(word) if word.isalpha() else word


def _same() -> dict[str, str]:
    """Word, or its stem → concept (the first word of its group)."""
    entries = [(word, group[0]) for group in _groups(SAME_TEXT) for word in group]
    return {_stemmed(word): name for word, name in reversed(entries)} | dict(reversed(entries))


def _opposites() -> dict[str, tuple[str, int]]:
    """Word, or its stem → (concept, sign)."""
    entries = []
    for line in OPPOSITES_TEXT.split(";"):
        plus, _, minus = line.partition("|")
        name = "±" + plus.split()[0]
        entries += [(word, (name, sign)) for sign, side in ((1, plus), (-1, minus)) for word in side.split()]
    return {_stemmed(word): whole for word, whole in reversed(entries)} | dict(reversed(entries))


SAME = _same()
OPPOSITES = _opposites()
IRREGULAR = {
    word: (other.rstrip("!"), -1 if other.endswith("!") else 1)
    for word, _, other in (entry.partition("=") for entry in IRREGULAR_TEXT.split())
}


def concept_of(word: str) -> tuple[str, int]:
    """The concept that a plain word stands for, and its sign among opposites. The word itself goes before its stem."""
    other, turned = IRREGULAR.get(word, (word, 1))
    found = _stemmed(other)
    for key in (other, found) if found not in LIGHT else (other,):
        if key in OPPOSITES:
            name, sign = OPPOSITES[key]
            return name, sign * turned
        if key in SAME:
            return SAME[key], turned
    return found, turned


def _near() -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for group in _groups(NEAR_TEXT):
        names = [concept_of(word)[0] for word in group]
        for one in names:
            for other in names:
                if one != other:
                    found.setdefault(one, {})[other] = NEARNESS
    return found


NEARNESS = 0.6
NEAR = _near()
PHRASES: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = {}
for _entry in PHRASES_TEXT.replace("\n", " ").split(";"):
    _left, _, _right = _entry.strip().partition("=")
    _whole = tuple(_left.split())
    PHRASES.setdefault(_whole[0], []).append((_whole, tuple(_right.split())))
for _several in PHRASES.values():
    _several.sort(key=lambda entry: len(entry[0]), reverse=True)
