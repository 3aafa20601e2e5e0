using Propolis.Silo.Orleans.Clustering;
using Propolis.Silo.Tests.Storage;

namespace Propolis.Silo.Orleans.Tests.Clustering;

public sealed class PostgresRemindersTests(PostgresServer server) : ClusterDatabase(server), IClassFixture<PostgresServer>
{
    PostgresReminders Reminders => new(Source);

    [Fact]
    public async Task A_reminder_is_read_back_as_it_was_written_last()
    {
        var grain = Grain("a");
        await Reminders.UpsertRow(Entry(grain, "one", 1));
        var etag = await Reminders.UpsertRow(Entry(grain, "one", 2));
        await Reminders.UpsertRow(Entry(grain, "two", 3));

        var read = (await Reminders.ReadRow(grain, "one"))!;
        Assert.Equal((grain, "one", TimeSpan.FromMinutes(2), etag), (read.GrainId, read.ReminderName, read.Period, read.ETag));
        Assert.Equal(Entry(grain, "one", 2).StartAt, read.StartAt);
        Assert.Equal(2, (await Reminders.ReadRows(grain)).Reminders.Count);
        Assert.Null(await Reminders.ReadRow(Grain("b"), "one"));
    }

    [Fact]
    public async Task Only_the_version_that_was_read_is_removed()
    {
        var old = await Reminders.UpsertRow(Entry(Grain("a"), "one", 1));
        var present = await Reminders.UpsertRow(Entry(Grain("a"), "one", 2));

        Assert.False(await Reminders.RemoveRow(Grain("a"), "one", old!));
        Assert.True(await Reminders.RemoveRow(Grain("a"), "one", present!));
        Assert.Null(await Reminders.ReadRow(Grain("a"), "one"));
    }

    [Fact]
    public async Task Every_part_of_the_ring_holds_its_own_reminders()
    {
        var grains = Enumerable.Range(0, 20).Select(i => Grain($"g{i}")).OrderBy(one => one.GetUniformHashCode()).ToArray();
        foreach (var grain in grains)
            await Reminders.UpsertRow(Entry(grain, "one", 1));
        var (low, high) = (grains[4].GetUniformHashCode(), grains[14].GetUniformHashCode());

        Assert.Equal(grains[5..15], await GrainsAsync(low, high));
        Assert.Equal([.. grains[..5], .. grains[15..]], await GrainsAsync(high, low));
        Assert.Equal(grains, await GrainsAsync(low, low));
    }

    async Task<IEnumerable<GrainId>> GrainsAsync(uint begin, uint end) =>
        (await Reminders.ReadRows(begin, end)).Reminders.Select(one => one.GrainId).OrderBy(one => one.GetUniformHashCode());

    static GrainId Grain(string key) => GrainId.Create("waker", key);

    static ReminderEntry Entry(GrainId grain, string name, int minutes) => new()
    {
        GrainId = grain,
        ReminderName = name,
        StartAt = new DateTime(2026, 1, 1, 0, minutes, 0, DateTimeKind.Utc),
        Period = TimeSpan.FromMinutes(minutes),
    };
}
