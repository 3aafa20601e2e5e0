using Propolis.Scenarios.Sleds;

namespace Propolis.Scenarios.Guests;

/// <summary>
/// The same guests under QEMU in the same sled: proves sleds and images without our engine, and is what benchmarks compare with. Needs './propolis images --qemu'.
/// </summary>
static class Qemu
{
    const string Program = "/opt/qemu/bin/qemu-system-x86_64";

    /// <summary>Starts a guest with these options of QEMU behind the usual ones (KVM, 512 MiB, serial port on the standard streams).</summary>
    public static async Task<Guest> StartAsync(Sled sled, string options)
    {
        var folder = await sled.NewFolderAsync("qemu");
        return Guest.Start(sled, folder, $"{Program} -accel kvm -cpu host -m 512 -nodefaults -display none -no-reboot -serial stdio -monitor none {options}");
    }

    /// <summary>Whether the sled has QEMU.</summary>
    public static async Task<bool> IsThereAsync(Sled sled) => (await sled.RunAsync($"test -x {Program}")).ExitCode == 0;
}
