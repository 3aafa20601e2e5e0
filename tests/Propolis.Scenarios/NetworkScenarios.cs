using Propolis.Scenarios.Guests;
using Propolis.Scenarios.Sleds;

namespace Propolis.Scenarios;

/// <summary>Guests reach the network behind their card, beside disks that work at the same time.</summary>
public sealed class NetworkScenarios(SledPool sleds)
{
    [Fact]
    public async Task A_guest_with_two_disks_and_a_card_pings_its_sled_and_downloads_from_it()
    {
        await using var loan = await sleds.BorrowAsync();
        Assert.SkipWhen(!loan.Sled.IsEmulated, "Needs a tap 'vnic0' with 10.77.0.1/24, which emulated sleds have.");
        var folder = await loan.Sled.NewFolderAsync("net");
        await loan.Sled.MustAsync($"cd {folder} && truncate -s 32M one.img two.img && mkdir web && head -c 5000000 /dev/urandom >web/file && httpd -p 10.77.0.1:80 -h web");
        var machine = MachineToml.Linux(loan.Sled, words: "guest.ip=10.77.0.2/24")
            .Disk("pci-virtio-block", $"{folder}/one.img").Disk("pci-nvme", $"{folder}/two.img").Nic("vnic0");
        await using var vm = await Standalone.BootAsync(loan.Sled, machine);

        Assert.Contains("3 packets received", await vm.Shell("ping -c 3 10.77.0.1"), StringComparison.Ordinal);
        await vm.Shell("wget -q -O /tmp/file http://10.77.0.1/file", TimeSpan.FromMinutes(2));
        await vm.Shell("dd if=/tmp/file of=/dev/vda conv=fsync & dd if=/tmp/file of=/dev/nvme0n1 conv=fsync; wait", TimeSpan.FromMinutes(2));

        var original = await loan.Sled.MustAsync($"sha256sum <{folder}/web/file");
        Assert.Equal(original.Trim(), (await vm.Shell("sha256sum </tmp/file")).Trim());
        Assert.Equal(original, await loan.Sled.MustAsync($"head -c 5000000 {folder}/one.img | sha256sum"));
        Assert.Equal(original, await loan.Sled.MustAsync($"head -c 5000000 {folder}/two.img | sha256sum"));
        Assert.Contains("3 packets received", await loan.Sled.MustAsync("ping -c 3 10.77.0.2"), StringComparison.Ordinal);
    }
}
