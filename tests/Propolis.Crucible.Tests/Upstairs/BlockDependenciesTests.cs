using Propolis.Crucible.Upstairs;

namespace Propolis.Crucible.Tests.Upstairs;

public sealed class BlockDependenciesTests
{
    [Fact]
    public void The_recorded_example_gives_the_recorded_dependencies()
    {
        var map = new BlockDependencies();
        Assert.Empty(map.Read(0, 25, 1000, 0));
        Assert.Equal([1000], map.Write(0, 1, 1001, 0));
        Assert.Equal([1000], map.Write(1, 2, 1002, 0));
        Assert.Equal([1001, 1002], map.Read(0, 2, 1003, 0));
        Assert.Equal([1003], map.Write(0, 2, 1004, 0));
        Assert.Equal([1000, 1004], map.Write(0, 100, 1005, 0));
        Assert.Equal(1, map.SegmentCount);
    }

    [Fact]
    public void Random_jobs_depend_on_what_a_list_per_block_says()
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var random = new Random(seed);
            var map = new BlockDependencies();
            var blocks = Enumerable.Range(0, 20).Select(_ => (Writer: (ulong?)null, Readers: new List<ulong>())).ToArray();
            for (ulong job = 1; job < 300; job++)
            {
                var start = random.Next(20);
                var end = random.Next(start + 1, 21);
                var write = random.Next(2) == 0;
                var retired = (ulong)random.Next((int)job);
                var expected = new SortedSet<ulong>();
                for (var block = start; block < end; block++)
                {
                    if (write && blocks[block].Readers.Count > 0)
                        expected.UnionWith(blocks[block].Readers);
                    else if (blocks[block].Writer is { } writer)
                        expected.Add(writer);
                    if (write)
                        blocks[block] = (job, []);
                    else
                        blocks[block].Readers.Add(job);
                }

                var found = write ? map.Write((ulong)start, (ulong)end, job, retired) : map.Read((ulong)start, (ulong)end, job, retired);
                Assert.Equal(expected.Where(id => id > retired), found);
            }
        }
    }
}
