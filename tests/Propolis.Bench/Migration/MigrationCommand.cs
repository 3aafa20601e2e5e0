using System.CommandLine;
using Propolis.Bench.Reports;

namespace Propolis.Bench.Migration;

/// <summary><c>migration</c>: a real guest moves between two machines of this process; needs a KVM that runs operating systems (a sled has one).</summary>
static class MigrationCommand
{
    public static Command Build(Action<ParseResult, BenchReport> publish)
    {
        var images = new Option<string>("--images") { Description = "Folder with vmlinuz, initrd.img and disk.img", DefaultValueFactory = _ => "/images" };
        var qemu = new Option<string>("--qemu") { Description = "QEMU, measured beside where it is there", DefaultValueFactory = _ => "/opt/qemu/bin/qemu-system-x86_64" };
        var memory = new Option<int>("--memory") { Description = "The guest's memory, MiB", DefaultValueFactory = _ => 512 };
        var cpus = new Option<int>("--cpus") { Description = "The guest's vCPUs", DefaultValueFactory = _ => 2 };
        var moves = new Option<int>("--moves") { Description = "Moves of each kind", DefaultValueFactory = _ => 5 };
        var streams = new Option<int>("--streams") { Description = "Connections for memory", DefaultValueFactory = _ => 2 };
        var compress = new Option<bool>("--compress") { Description = "Compress pages" };
        var budget = new Option<double>("--budget") { Description = "Budget of the downtime, milliseconds", DefaultValueFactory = _ => 300 };
        var verbose = new Option<bool>("--verbose") { Description = "Show every step" };
        var command = new Command("migration", "Live migration of a real guest over loopback") { images, qemu, memory, cpus, moves, streams, compress, budget, verbose };
        command.SetAction(async (result, _) =>
        {
            var folder = result.GetValue(images)!;
            var options = new MigrationBenchOptions
            {
                Kernel = Path.Combine(folder, "vmlinuz"),
                Initrd = Path.Combine(folder, "initrd.img"),
                Disk = Path.Combine(folder, "disk.img"),
                Qemu = result.GetValue(qemu) is { } path && File.Exists(path) ? path : null,
                MemoryMiB = (ulong)result.GetValue(memory),
                Vcpus = result.GetValue(cpus),
                Moves = result.GetValue(moves),
                Streams = result.GetValue(streams),
                Compress = result.GetValue(compress),
                IsVerbose = result.GetValue(verbose),
                Budget = TimeSpan.FromMilliseconds(result.GetValue(budget)),
            };
            var machine = MachineFacts.Read();
            var tables = await new MigrationBench(options, result.InvocationConfiguration.Error.WriteLine).RunAsync();
            publish(result, new BenchReport("migration", TimeProvider.System.GetUtcNow(), machine, tables, Notes(options)));
            return 0;
        });
        return command;
    }

    static string[] Notes(MigrationBenchOptions options) =>
    [
        $"{options.MemoryMiB} MiB, {options.Vcpus} vCPUs, {options.Streams} memory connections on loopback, budget {options.Budget.TotalMilliseconds} ms; source and target share this machine's processors.",
        $"QEMU{(options.Qemu is null ? " was not there" : ": -accel kvm -cpu host, its own migration over one connection, auto-converge, the same budget; its downtime is its own figure, which ends when its source has sent everything, not when the target runs: compare the gap in the guest")}.",
        "Ours is measured from the request to pause until the source hears that the guest runs. Its fixed part is what a guest without a changed page would pay.",
        "The guest ticks every 10 ms or so; its longest gap holds its own scheduling, too. Loaded, it writes random data into its memory all the time.",
    ];
}
