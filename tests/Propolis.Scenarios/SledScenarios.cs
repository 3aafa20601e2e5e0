using System.Security.Cryptography;
using Propolis.Scenarios.Sleds;

namespace Propolis.Scenarios;

/// <summary>What everything else relies on: an emulated sled runs commands faithfully, keeps its disk over a power failure, and shares one address scheme.</summary>
public sealed class SledScenarios(SledPool sleds)
{
    [Fact]
    public async Task A_command_gets_any_bytes_and_gives_its_exit_code()
    {
        await using var loan = await sleds.BorrowAsync();
        var bytes = new byte[3_000_001];
        new Random(7).NextBytes(bytes);

        var result = await loan.Sled.RunAsync("sha256sum; exit 3", new MemoryStream(bytes));

        Assert.Equal(3, result.ExitCode);
        Assert.StartsWith(Convert.ToHexStringLower(SHA256.HashData(bytes)), result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sled_has_a_hypervisor_and_the_guest_images()
    {
        await using var loan = await sleds.BorrowAsync();

        await loan.Sled.MustAsync($"test -c /dev/kvm && test -s {loan.Sled.Images}/vmlinuz && test -s {loan.Sled.Images}/guest.iso");
    }

    // QEMU rewrites the first CPU's flags on behalf of the others, and guests died there: deploy/README.md.
    [Fact]
    public async Task Nothing_runs_on_the_first_CPU_of_an_emulated_sled_of_several()
    {
        SkipWithoutEmulation();
        await using var loan = await sleds.BorrowAsync();

        Assert.Equal("0\n2\n", await loan.Sled.MustAsync("cat /sys/devices/system/cpu/isolated; nproc"));
    }

    [Fact]
    public async Task A_power_failure_keeps_what_was_synced()
    {
        SkipWithoutEmulation();
        await using var loan = await sleds.BorrowAsync();
        var folder = await loan.Sled.NewFolderAsync("power");
        await loan.Sled.MustAsync($"echo kept >{folder}/file && sync");

        await loan.Sled.PowerCycleAsync();

        Assert.Equal("kept\n", await loan.Sled.MustAsync($"cat {folder}/file"));
    }

    [Fact]
    public async Task An_address_means_the_same_on_the_host_and_in_every_sled()
    {
        SkipWithoutEmulation();
        await using var first = await sleds.BorrowAsync();
        await using var second = await sleds.BorrowAsync();
        var port = first.Sled.FirstPort + 7;
        await first.Sled.MustAsync($"mkdir -p /tmp/web && echo here >/tmp/web/page && httpd -p 127.0.0.1:{port} -h /tmp/web");
        using var client = new HttpClient();

        Assert.Equal("here\n", await client.GetStringAsync(new Uri($"http://127.0.0.1:{port}/page")));
        Assert.Equal("here\n", await first.Sled.MustAsync($"wget -q -O - http://127.0.0.1:{port}/page"));
        Assert.Equal("here\n", await second.Sled.MustAsync($"wget -q -O - http://127.0.0.1:{port}/page"));
    }

    static void SkipWithoutEmulation() => Assert.SkipWhen(Checkout.HasUsableKvm, "Sleds are this machine itself here.");
}
