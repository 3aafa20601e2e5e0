using Propolis.Crucible.Extents;
using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Tests.Extents;

/// <summary>The power goes out before every single file operation; what was flushed must still be there.</summary>
public sealed class CrashTests
{
    const string Root = "/region";

    [Theory]
    [InlineData(512), InlineData(4096)]
    public void Flushed_blocks_survive_a_power_cut_at_every_operation(int blockSize)
    {
        var definition = new RegionDefinition((ulong)blockSize, 8, 3, Guid.Empty, Encrypted: false);
        for (var script = 0; script < 4; script++)
        {
            var total = Run(definition, script, int.MaxValue, seed: 0);
            for (var cut = 1; cut < total; cut++)
            {
                for (var seed = 0; seed < 6; seed++)
                    Run(definition, script, cut, seed);
            }
        }
    }

    [Fact]
    public void A_region_that_was_not_created_whole_is_no_region()
    {
        var definition = new RegionDefinition(512, 8, 3, Guid.Empty, Encrypted: false);
        for (var cut = 0; ; cut++)
        {
            var files = new CrashingFileTree { CutAt = cut };
            try
            {
                Region.Create(files, Root, definition);
                break;
            }
            catch (PowerCutException)
            {
                var recovered = files.Recover(new Random(cut));
                if (!recovered.Exists(Root + "/region.json"))
                    continue;
                using var region = Region.Open(recovered, Root, readOnly: false);
                Assert.Equal(definition, region.Definition);
            }
        }
    }

    [Fact]
    public void A_fence_is_old_or_new_after_a_power_cut()
    {
        var (older, newer) = (new Fence(4, Guid.Parse("00000000-0000-0000-0000-000000000001"), Guid.Empty), new Fence(5, Guid.Empty, Guid.Empty));
        for (var cut = 0; cut < 12; cut++)
        {
            var files = new CrashingFileTree();
            Region.Create(files, Root, new(512, 8, 1, Guid.Empty, false));
            using (var region = Region.Open(files, Root, readOnly: false))
            {
                region.Persist(older);
                files.CutAt = files.Operations + cut;
                var acknowledged = TryPersist(region, newer);
                using var after = Region.Open(files.Recover(new Random(cut)), Root, readOnly: false);
                Assert.True(after.Fence == newer || (after.Fence == older && !acknowledged), $"cut {cut}: {after.Fence}");
            }
        }
    }

    [Fact]
    public void An_interrupted_repair_leaves_the_old_extent_or_the_new_one()
    {
        var definition = new RegionDefinition(512, 8, 1, Guid.Empty, Encrypted: false);
        var source = new CrashingFileTree();
        Region.Create(source, Root, definition);
        using (var region = Region.Open(source, Root, readOnly: false))
        {
            region.WriteBlock(0, Golden.Filled(512, 9));
            region.Flush(7, 7, null);
        }

        var fetched = source.Content(Root + "/00/000/000");
        for (var cut = 0; cut < 24; cut++)
        {
            for (var seed = 0; seed < 5; seed++)
                RepairWithCut(definition, fetched, cut, seed);
        }
    }

    static void RepairWithCut(RegionDefinition definition, byte[] fetched, int cut, int seed)
    {
        var files = new CrashingFileTree();
        Region.Create(files, Root, definition);
        using (var region = Region.Open(files, Root, readOnly: false))
        {
            region.WriteBlock(0, Golden.Filled(512, 1));
            region.Flush(2, 2, null);
        }

        files.CutAt = files.Operations + cut;
        var paths = new RegionPaths(Root);
        var done = false;
        try
        {
            var directory = RepairRecovery.Begin(files, paths, 0);
            using (var file = files.Create(Path.Combine(directory, "000")))
            {
                file.Write(0, fetched);
                file.Sync();
            }

            RepairRecovery.Commit(files, paths, 0);
            done = true;
        }
        catch (PowerCutException)
        {
        }

        using var after = Region.Open(files.Recover(new Random(seed)), Root, readOnly: false);
        var version = after.VersionOf(0);
        Assert.True(version == new ExtentVersion(7, 7, false) || (version == new ExtentVersion(2, 2, false) && !done), $"cut {cut} seed {seed}: {version}");
        Assert.Equal(Golden.Filled(512, version.Generation == 7 ? (byte)9 : (byte)1), after.ReadBlock(0).Data);
    }

    static bool TryPersist(Region region, Fence fence)
    {
        try
        {
            region.Persist(fence);
            return true;
        }
        catch (PowerCutException)
        {
            return false;
        }
    }

    /// <summary>Runs a random script up to the cut, recovers and checks; returns the operations of the whole script.</summary>
    static int Run(RegionDefinition definition, int script, int cut, int seed)
    {
        var files = new CrashingFileTree();
        Region.Create(files, Root, definition);
        files.CutAt = cut == int.MaxValue ? cut : files.Operations + cut;
        var before = files.Operations;
        // Per block: what the last acknowledged flush made durable first, then everything written since.
        var legal = Enumerable.Range(0, (int)definition.BlockCount).Select(_ => new List<int> { 0 }).ToArray();
        var flushes = new Dictionary<ulong, int[]> { [0] = new int[legal.Length] };
        try
        {
            Play(files, new Random(script), legal, flushes);
        }
        catch (PowerCutException)
        {
        }

        var recovered = files.Recover(new Random(seed));
        using var region = Region.Open(recovered, Root, readOnly: false);
        for (var block = 0; block < legal.Length; block++)
            CheckBlock(region, (ulong)block, legal[block], flushes, $"script {script} cut {cut} seed {seed} block {block}");
        return files.Operations - before;
    }

    static void Play(CrashingFileTree files, Random random, List<int>[] legal, Dictionary<ulong, int[]> flushes)
    {
        using var region = Region.Open(files, Root, readOnly: false);
        for (var step = 1; step <= 40; step++)
        {
            if (random.Next(6) == 0)
            {
                flushes[(ulong)step] = legal.Select(versions => versions[^1]).ToArray();
                region.Flush(3, (ulong)step, null);
                foreach (var versions in legal)
                    versions.RemoveRange(0, versions.Count - 1);
                continue;
            }

            var block = random.Next(legal.Length);
            legal[block].Add(step);
            Assert.Null(region.WriteBlock((ulong)block, Content(region.Definition, step)));
        }
    }

    static void CheckBlock(Region region, ulong block, List<int> legal, Dictionary<ulong, int[]> flushes, string where)
    {
        var (data, context, error) = region.ReadBlock(block);
        if (error is not null)
        {
            // A torn write is said to be one, and only a block with a write in flight can be torn.
            Assert.True(legal.Count > 1, $"{where}: {error}");
            Assert.Equal(CrucibleErrorKind.MissingContextSlot, error.Kind);
            Assert.Equal(new ExtentVersion(0, 0, true), region.VersionOf((uint)(block / region.Definition.ExtentSize)));
            return;
        }

        var found = legal.FirstOrDefault(step => Content(region.Definition, step).AsSpan().SequenceEqual(data), -1);
        Assert.True(found >= 0, $"{where}: holds {data[0]}, {data[^1]}; legal are {string.Join(", ", legal)}");
        Assert.Equal(found == 0, context.Kind == ReadBlockKind.Empty);
        // An extent that says it is clean holds exactly what its flush saw.
        var version = region.VersionOf((uint)(block / region.Definition.ExtentSize));
        Assert.True(version.Dirty || found == flushes[version.FlushNumber][block], $"{where}: {version} holds {found}");
        Assert.Null(region.WriteBlock(block, Content(region.Definition, 99)));
        Assert.Equal(Content(region.Definition, 99), region.ReadBlock(block).Data);
    }

    static byte[] Content(in RegionDefinition definition, int step) => Golden.Filled((int)definition.BlockSize, (byte)step);
}
