using Propolis.Scenarios.Guests;
using Propolis.Scenarios.Sleds;

namespace Propolis.Scenarios;

/// <summary>A guest on a replicated disk keeps every byte while its replicas go and come.</summary>
public sealed class CrucibleScenarios(SledPool sleds)
{
    const string Control = "127.0.0.1:18877";
    const int Mebibytes = 24;

    static readonly TimeSpan CopyLimit = TimeSpan.FromMinutes(3);
    static readonly TimeSpan RepairLimit = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task A_guest_survives_losing_one_replica_and_after_its_repair_another()
    {
        await using var loan = await sleds.BorrowAsync();
        await using var regions = await CrucibleRegions.StartAsync(loan.Sled);
        var machine = MachineToml.Linux(loan.Sled).Crucible("pci-nvme", regions, Control);
        await using var vm = await Standalone.BootAsync(loan.Sled, machine);

        var first = await WriteAsync(vm, 0);
        await regions.KillAsync(0);
        var second = await WriteAsync(vm, 1);
        Assert.Equal(first, await ReadAsync(vm, 0));
        await regions.StartAsync(0);
        await regions.WholeAsync(Control, RepairLimit);
        await regions.KillAsync(1);
        var third = await WriteAsync(vm, 2);
        Assert.Equal([first, second, third], [await ReadAsync(vm, 0), await ReadAsync(vm, 1), await ReadAsync(vm, 2)]);
        await regions.StartAsync(1);
        await regions.WholeAsync(Control, RepairLimit);
        await vm.TypeAsync("poweroff\n");
        Assert.Equal(0, await vm.EndAsync());

        // The same machine again, with the next generation: two of the replicas it reads from now were dead for a while.
        await using var again = Guest.Start(loan.Sled, vm.Folder, $"{loan.Sled.Program("propolis-standalone")} --console machine.toml");
        await again.ReadyAsync();
        await regions.KillAsync(2);
        Assert.Equal([first, second, third], [await ReadAsync(again, 0), await ReadAsync(again, 1), await ReadAsync(again, 2)]);
        await regions.VerifyAsync(0);
    }

    static async Task<string> WriteAsync(Guest vm, int part)
    {
        await vm.Shell($"dd if=/dev/urandom of=/tmp/data bs=1M count={Mebibytes} 2>/dev/null; dd if=/tmp/data of=/dev/nvme0n1 bs=1M seek={part * Mebibytes} conv=fsync 2>/dev/null", CopyLimit);
        return Hash(await vm.Shell("sha256sum /tmp/data", CopyLimit));
    }

    // The guest's page cache is dropped, so that the blocks come from the replicas.
    static async Task<string> ReadAsync(Guest vm, int part) =>
        Hash(await vm.Shell($"echo 3 >/proc/sys/vm/drop_caches; dd if=/dev/nvme0n1 bs=1M skip={part * Mebibytes} count={Mebibytes} 2>/dev/null | sha256sum", CopyLimit));

    static string Hash(string line) => line.Split(' ')[0];
}
