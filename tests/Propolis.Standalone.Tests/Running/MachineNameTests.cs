using System.Diagnostics;
using Propolis.Standalone.Running;

namespace Propolis.Standalone.Tests.Running;

public sealed class MachineNameTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("propolis-name-").FullName;

    [Fact]
    public async Task Name_is_free_again_after_dispose()
    {
        (await MachineName.TakeAsync("vm/1", _folder, TimeProvider.System)).Dispose();

        using var again = await MachineName.TakeAsync("vm/1", _folder, TimeProvider.System);
    }

    [Fact]
    public async Task Older_process_of_the_same_name_is_ended()
    {
        var path = Path.Combine(_folder, "vm.lock");
        var pid = Path.Combine(_folder, "vm.pid");
        // flock is the lock that .NET takes as well; the holder writes its own pid as the real owner does.
        using var older = Process.Start("flock", [path, "sh", "-c", $"echo $$ > {pid}; exec sleep 60"]);
        await HolderAsync(pid);

        using var name = await MachineName.TakeAsync("vm", _folder, TimeProvider.System);

        await older.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(20));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    static async Task HolderAsync(string path)
    {
        var start = Stopwatch.GetTimestamp();
        while (!File.Exists(path) || new FileInfo(path).Length == 0)
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(20), "the other process did not take the lock");
            await Task.Delay(10);
        }
    }
}
