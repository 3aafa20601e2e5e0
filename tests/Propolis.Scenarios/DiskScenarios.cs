using Propolis.Scenarios.Guests;
using Propolis.Scenarios.Sleds;

namespace Propolis.Scenarios;

/// <summary>Disks hold what guests write: seen by the guest again, and in the file on the sled.</summary>
public sealed class DiskScenarios(SledPool sleds)
{
    const int Mebibytes = 64;
    static readonly TimeSpan CopyLimit = TimeSpan.FromMinutes(3);

    [Theory]
    [InlineData("pci-virtio-block", "/dev/vda")]
    [InlineData("pci-nvme", "/dev/nvme0n1")]
    public async Task What_a_guest_writes_is_read_back_and_stands_in_the_file(string driver, string device)
    {
        await using var loan = await sleds.BorrowAsync();
        var file = await NewDiskAsync(loan.Sled);
        await using var vm = await Standalone.BootAsync(loan.Sled, MachineToml.Linux(loan.Sled).Disk(driver, file));

        await vm.Shell($"dd if=/dev/urandom of=/tmp/data bs=1M count={Mebibytes} 2>/dev/null; dd if=/tmp/data of={device} bs=1M conv=fsync 2>/dev/null", CopyLimit);
        var written = Hash(await vm.Shell("sha256sum /tmp/data", CopyLimit));
        var read = Hash(await vm.Shell($"dd if={device} bs=1M iflag=direct count={Mebibytes} 2>/dev/null | sha256sum", CopyLimit));
        await vm.TypeAsync("poweroff\n");
        Assert.Equal(0, await vm.EndAsync());

        Assert.Equal(written, read);
        Assert.Equal(written, Hash(await loan.Sled.MustAsync($"head -c {Mebibytes * 1024 * 1024} {file} | sha256sum", limit: CopyLimit)));
    }

    [Theory]
    [InlineData("pci-virtio-block", "/dev/vda")]
    [InlineData("pci-nvme", "/dev/nvme0n1")]
    public async Task A_read_only_disk_refuses_writes_and_stays_as_it_was(string driver, string device)
    {
        await using var loan = await sleds.BorrowAsync();
        var file = await NewDiskAsync(loan.Sled);
        await loan.Sled.MustAsync($"echo untouched | dd of={file} conv=notrunc 2>/dev/null");
        await using var vm = await Standalone.BootAsync(loan.Sled, MachineToml.Linux(loan.Sled).Disk(driver, file, readOnly: true));

        Assert.Equal("untouched", await vm.Shell($"head -n 1 {device}"));
        await vm.TryShell($"dd if=/dev/zero of={device} bs=4096 count=1 conv=fsync");

        Assert.Equal("untouched\n", await loan.Sled.MustAsync($"head -n 1 {file}"));
    }

    static async Task<string> NewDiskAsync(Sled sled)
    {
        var folder = await sled.NewFolderAsync("disk");
        await sled.MustAsync($"truncate -s 128M {folder}/disk.img");
        return $"{folder}/disk.img";
    }

    static string Hash(string line) => line.Split(' ')[0];
}
