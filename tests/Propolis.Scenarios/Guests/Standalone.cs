using System.Text;
using Propolis.Scenarios.Sleds;

namespace Propolis.Scenarios.Guests;

/// <summary>Guests under propolis-standalone on a sled.</summary>
static class Standalone
{
    /// <summary>Starts the machine in a new folder of its own. <paramref name="options"/> go to the program.</summary>
    public static async Task<Guest> StartAsync(Sled sled, MachineToml machine, string options = "")
    {
        var folder = await sled.NewFolderAsync(machine.Name);
        await sled.MustAsync($"cat >{folder}/machine.toml", new MemoryStream(Encoding.UTF8.GetBytes(machine.ToString())));
        return Guest.Start(sled, folder, $"{sled.Program("propolis-standalone")} --console {options} machine.toml");
    }

    /// <summary>Starts it and waits for the guest's shell.</summary>
    public static async Task<Guest> BootAsync(Sled sled, MachineToml machine, string options = "")
    {
        var vm = await StartAsync(sled, machine, options);
        try
        {
            await vm.ReadyAsync();
            return vm;
        }
        catch
        {
            await vm.DisposeAsync();
            throw;
        }
    }

    /// <summary>Goes on from the one snapshot in the folder of a guest that has ended.</summary>
    public static Guest Restore(Sled sled, string folder) =>
        Guest.Start(sled, folder, $"{sled.Program("propolis-standalone")} --console --restore $(ls {folder}/*.snapshot)");
}
