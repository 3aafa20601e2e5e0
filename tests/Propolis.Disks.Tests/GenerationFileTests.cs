using System.Text;
using Propolis.Crucible.Tests.Extents;
using Propolis.Crucible.Upstairs;
using Propolis.Vmm.Block;

namespace Propolis.Disks.Tests;

/// <summary>The file that keeps the generations of a machine without a cluster.</summary>
public sealed class GenerationFileTests
{
    const string Path = "/c.toml.generations";

    static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public void A_first_generation_follows_the_clock_so_that_a_lost_file_does_no_harm()
    {
        var clock = new SetClock(Start);
        var first = new GenerationFile(Path, new CrashingFileTree(), clock).Next("data");
        clock.Now = Start.AddSeconds(1);
        Assert.True(new GenerationFile(Path, new CrashingFileTree(), clock).Next("data") > first);
    }

    [Fact]
    public void Generations_rise_though_the_clock_goes_back_and_disks_do_not_mix()
    {
        var (files, clock) = (new CrashingFileTree(), new SetClock(Start));
        var first = new GenerationFile(Path, files, clock).Next("data");
        clock.Now = Start.AddYears(-20);
        var file = new GenerationFile(Path, files, clock);
        Assert.Equal([first + 1, first + 2], [file.Next("data"), file.Next("data")]);
        Assert.True(file.Next("other") < first);
        clock.Now = DateTimeOffset.UnixEpoch.AddYears(-1);
        Assert.Equal(1ul, file.Next("third"));
    }

    [Fact]
    public void No_generation_is_used_before_it_is_durable_wherever_the_power_fails()
    {
        for (var cut = 1; ; cut++)
        {
            var (files, clock) = (new CrashingFileTree(), new SetClock(Start));
            var used = new GenerationFile(Path, files, clock).Next("data");
            files.CutAt = files.Operations + cut;
            var finished = false;
            try
            {
                used = new GenerationFile(Path, files, clock).Next("data");
                finished = true;
            }
            catch (PowerCutException)
            {
                // The number was not given out, or the file has it.
            }

            for (var seed = 0; seed < 20; seed++)
                Assert.True(new GenerationFile(Path, files.Recover(new Random(seed)), clock).Next("data") > used, $"cut {cut} seed {seed}");
            if (finished)
                return;
        }
    }

    [Fact]
    public void A_damaged_file_gives_out_nothing()
    {
        var files = new CrashingFileTree();
        using (var file = files.Create(Path))
            file.Write(0, Encoding.UTF8.GetBytes("{\"data\": x"));
        var error = Assert.Throws<BlockBackendException>(() => new GenerationFile(Path, files, new SetClock(Start)).Next("data"));
        Assert.Equal($"{Path}, which keeps the generations of Crucible disks, is damaged; restore it, or remove it to start over from the clock.", error.Message);
    }

    [Fact]
    public async Task The_owner_knows_which_generation_is_the_newest()
    {
        var file = new GenerationFile(Path, new CrashingFileTree(), new SetClock(Start));
        var older = file.Next("data");
        var newer = file.Next("data");
        var owner = file.OwnerOf("data");
        Assert.Equal(LeaseAnswer.Lost, await owner.AskAsync(older, CancellationToken.None));
        Assert.Equal(LeaseAnswer.Held, await owner.AskAsync(newer, CancellationToken.None));
    }

    sealed class SetClock(DateTimeOffset now) : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = now;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
