"""Short opinions that do not name what they are about, as people write them beneath a film.

Made up for this project, since critics and reviewers write longer. The topic model learns from them that such a text
may be a review, though chat has some of its words (`model.training.fit_topic`).
"""

TEXTS: tuple[str, ...] = tuple(
    line
    for line in """
I want my money back!
Give me my money back
Total waste of my money and time
I want those two hours back.
I will never get those two hours of my life back
That is ninety minutes I will never get back.
There go two hours of my life.
Two hours I won't get back
That was amazing!
That was awful.
That was so good
That was really bad.
That was fantastic, I loved it
That was great fun!
That was boring.
That was hilarious!
Well that was disappointing.
Wow, that was good!
Wow. Just wow.
Wow, what an ending!
Just awful.
Just perfect.
Just not my kind of thing
Not my thing at all.
Not my cup of tea.
Not for me at all
It's not for me, sorry.
Not for everyone, but I liked it
This one was not for me.
Not my taste.
It was okay.
It was ok, nothing special
It was fine I guess
It's alright, I suppose.
It was all right, I guess.
Nothing special.
Nothing to write home about
Decent enough.
Not bad, not great.
It was not bad
It was pretty good
Pretty good, all in all.
Pretty bad to be honest
Better than I expected!
Better than expected
Worse than I thought it would be.
Not as good as I had hoped
Not as bad as people say.
I expected more.
I expected better than this.
I had high hopes and was let down
I was let down.
What a letdown!
What a disappointment
What a mess.
What a ride!
What a joke.
What a beautiful thing
What an experience!
What garbage.
Utter garbage
Complete rubbish.
Absolute trash
Absolutely loved it!
Absolutely hated it.
Absolutely terrible from beginning to end
Loved every second of it
Loved it, loved it, loved it!
I loved it so much!
I really loved this.
I liked it a lot.
I liked it better the second time
I kind of liked it
I did not like it.
I didn't like it at all
I didn't care for it.
I did not care for this one
I didn't get it.
I don't get the hype
I don't see what the fuss is about
I don't understand why everybody likes this
I hated every minute of it.
I hated this so much
I couldn't stand it
I couldn't stop laughing!
I laughed so hard
I laughed the whole way through.
I did not laugh once
I laughed maybe twice.
I cried like a baby.
I cried so much at the end
I cried at the end, so good
It made me laugh and cry.
It broke my heart
It gave me goosebumps
It scared me half to death!
It bored me to tears.
I was bored to tears
I was bored out of my mind.
I was bored after ten minutes
I was on the edge of my seat!
I was glued to the screen
I was pleasantly surprised!
I was not impressed.
I was blown away
I nearly fell asleep.
I fell asleep twice
I fell asleep after half an hour.
I almost walked out
We walked out after twenty minutes.
I turned it off after ten minutes.
Turned it off halfway
Switched it off, sorry.
I gave up after thirty minutes
I could not finish this
Couldn't get through it
I couldn't take my eyes off it
Could watch it again and again
I could watch this every day!
I would watch it again.
I'd see it again tomorrow
I will definitely see it again!
I never want to see it again.
Never again!
Once was enough.
Once is enough for me
I have seen it ten times and still love it
Seen it three times already!
My new favorite!
One of my favorites
One of my all time favorites!
My favorite one of the year
The best one yet!
The best I have seen in years.
The worst I have ever seen
By far the worst of them all
By far the best one so far
Best one of the series
Best ending ever!
Terrible ending.
The ending ruined it for me
The ending was so good!
The ending made no sense.
It made no sense
Makes no sense at all.
Too long.
Too long and too slow
Way too long!
Much too loud
So slow.
So so boring
So much fun!
So sad, so beautiful
So bad it's good
So bad that it hurts.
Very good!
Very very bad
Very nice, I enjoyed it.
Really good, I enjoyed it a lot
Really bad.
Really enjoyed it
Enjoyed it from start to finish
I enjoyed every bit of it!
We all enjoyed it
My kids loved it!
My wife loved it, I did not
My whole family loved it.
The whole family enjoyed it
My husband fell asleep
Great for the whole family!
Great fun for kids
Good fun.
Good, clean fun
Good but not great
Great stuff!
Great, simply great.
Brilliant!
Simply brilliant
Superb.
Perfect in every way
Pure magic!
Pure gold
A must see!
A must for everyone
Must see!
Don't miss it!
Don't miss this one
Do not watch this.
Do not waste your time
Don't waste your money
Don't even bother with it.
Avoid at all costs!
Avoid it.
Stay away!
Stay away from this one
Save your money.
Save yourself the trouble
Skip it.
You can skip this
Give it a miss
Give it a chance, it's worth it!
Worth every penny!
Worth a look.
Worth it for the music alone
Not worth it.
Not worth the money
Not worth two hours of anyone's life.
Go see it!
Go and see it, you won't regret it
You have to see this
You will love it!
You won't be disappointed.
Can't recommend it
Can't believe I paid for this.
I can't believe how bad this was
I can't believe how good it was!
I paid for this?
I recommend it to everyone!
I would not recommend it to anyone
Would recommend!
Highly recommend it
Two thumbs up!
Two thumbs down.
Five stars!
Five stars from me
One star is too much
Zero stars if I could
A solid eight out of ten
10/10, no notes
9/10 would see again
2/10 would not recommend
4 out of 10, and that is generous
I give it a 7
I'd give it zero if I could.
Overrated.
So overrated!
Underrated gem!
A hidden gem
Hidden gem, go find it
Instant classic!
A classic for a reason
Holds up really well
It did not age well.
Still good after all these years!
Still the best
Still makes me cry
Still don't know what I just watched
What did I just watch
I have no idea what I just watched.
Everyone was great in it
She was amazing in it!
He was terrible in it.
He carries the whole thing
They should be ashamed
They should have stopped after the first one.
The first one was better
The book was better.
The book is so much better
It ruined the book for me
Stick to the book
Beautiful!
Beautiful and sad.
Funny and sweet
Funny as hell
Not funny.
Not funny at all
It wasn't funny
Wasn't scary at all
Not scary.
Scary as hell!
Creepy and so well done
Cute but forgettable
Forgettable.
Already forgot most of it
I forgot it the next day.
I will remember this one forever
It stayed with me for days.
Still thinking about it
I can't stop thinking about it!
Meh.
Meh, it was fine
Yawn.
Ugh, so bad
Yikes, that was rough
Disgusting.
Embarrassing to watch
Painful to watch
A pain to sit through
Hard to watch, but worth it
Could have been better.
Could have been so much more
Could've been worse I guess
It had potential
So much wasted potential
It tries too hard
Nice try.
Nice idea, badly done.
Good idea, bad execution
All hype
All style, no substance
Lives up to the hype!
Did not live up to the hype
Believe the hype!
""".splitlines()
    if line
)
