using System.Text.Json.Nodes;
using Propolis.Silo.Instances;
using Propolis.Silo.Storage;
using Propolis.Silo.Volumes;

namespace Propolis.Silo.Tests.Simulation;

/// <summary>The simulation must find bugs: three are planted below the grains, and each must be found by the checks within a few seeds.</summary>
public sealed class PlantedBugTests(ITestOutputHelper output)
{
    const int Seeds = 40;
    const long Steps = 15_000;

    [Fact]
    public void A_state_that_is_published_before_it_is_written_is_found() => Find(store => new LazyStore(store, (_, next) => next.Version % 3 != 0), "lost", "gone", "beside", "started before", "given to", "end", "lists show");

    [Fact]
    public void A_generation_that_is_given_twice_is_found() => Find(store => new ForgetfulVolumes(store), "was given to");

    [Fact]
    public void Acting_before_the_commit_is_found() => Find(store => new LazyStore(store, (_, next) => IsStarting(next)), "was started before", "starts after", "runs beside");

    void Find(Func<IEntityStore, IEntityStore> bug, params string[] signs)
    {
        for (var seed = 500; seed < 500 + Seeds; seed++)
        {
            var world = new SimWorld(seed) { WrapStore = bug };
            var found = Record.Exception(() => new SimCluster(world).Run(Steps, SimFaults.Many));
            if (found is null || !signs.Any(sign => found.Message.Contains(sign, StringComparison.Ordinal)))
                continue;
            output.WriteLine(string.Join('\n', found.Message.Split('\n').Take(3)));
            Assert.Contains($"PROPOLIS_SIM_SEED={seed}", found.Message, StringComparison.Ordinal);
            return;
        }
        Assert.Fail($"the planted bug was not found in {Seeds} seeds");
    }

    static bool IsStarting(StoredEntity row) =>
        row.Key.StartsWith("inst-", StringComparison.Ordinal) && EntityCodec.Decode<InstanceState>(row).Current is { Step: < VmmStep.Live };

    /// <summary>Says "written" about some rows at once, and writes them only before the next row of the grain; a silo that dies meanwhile has lost them.</summary>
    sealed class LazyStore(IEntityStore store, Func<IEntityStore, StoredEntity, bool> isLazy) : IEntityStore
    {
        readonly Dictionary<string, List<StoredEntity>> _held = [];

        public async Task<StoredEntity?> ReadAsync(string key, CancellationToken cancel = default) =>
            _held.TryGetValue(key, out var rows) && rows.Count > 0 ? rows[^1] : await store.ReadAsync(key, cancel);

        public async Task WriteAsync(StoredEntity entity, CancellationToken cancel = default)
        {
            if (!_held.TryGetValue(entity.Key, out var rows))
                _held.Add(entity.Key, rows = []);
            rows.Add(entity);
            if (isLazy(store, entity))
                return;
            while (rows.Count > 0)
            {
                var first = rows[0];
                rows.RemoveAt(0);
                await store.WriteAsync(first, cancel);
            }
        }
    }

    /// <summary>Reads volumes back with the last generation forgotten, so that a new activation gives it again.</summary>
    sealed class ForgetfulVolumes(IEntityStore store) : IEntityStore
    {
        public async Task<StoredEntity?> ReadAsync(string key, CancellationToken cancel = default)
        {
            var row = await store.ReadAsync(key, cancel);
            if (row is null || !key.StartsWith("vol-", StringComparison.Ordinal) || EntityCodec.Decode<VolumeState>(row) is not { Generation: > 0 } volume)
                return row;
            var body = JsonNode.Parse(row.Body)!.AsObject();
            body["generation"] = volume.Generation - 1;
            body["history"] = new JsonArray();
            var text = body.ToJsonString();
            return row with { Body = text, Sum = EntityCodec.Checksum(text) };
        }

        public Task WriteAsync(StoredEntity entity, CancellationToken cancel = default) => store.WriteAsync(entity, cancel);
    }
}
