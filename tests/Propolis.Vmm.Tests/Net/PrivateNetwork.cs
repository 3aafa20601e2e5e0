using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Propolis.Vmm.Tests.Net;

/// <summary>
/// A network namespace for one test, so that its interfaces and addresses meet nothing of the host's. It takes rights; a test without them is skipped, visibly.
/// </summary>
static partial class PrivateNetwork
{
    const int NewNetwork = 0x4000_0000; // CLONE_NEWNET

    /// <summary>Runs a test on a thread of its own inside a new namespace, which ends with the thread and the descriptors opened there.</summary>
    public static void Run(Action test)
    {
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                Assert.SkipUnless(File.Exists("/dev/net/tun") && Unshare(NewNetwork) == 0, "needs /dev/net/tun and the right to make a network namespace");
                test();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
    }

    /// <summary>Makes a tap interface with address 192.0.2.1/24 (RFC 5737) in this thread's namespace.</summary>
    public static void MakeTap(string name, bool isMultiQueue = false)
    {
        Ip($"tuntap add dev {name} mode tap{(isMultiQueue ? " multi_queue" : "")}");
        Ip($"addr add 192.0.2.1/24 dev {name}");
        Ip($"link set {name} mtu 1400 up");
    }

    /// <summary>Runs ip(8) in this thread's namespace, which a child process inherits from the thread that starts it.</summary>
    public static void Ip(string arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("ip", arguments) { RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"ip {arguments}: {errors}");
    }

    [LibraryImport("libc", EntryPoint = "unshare", SetLastError = true)]
    internal static partial int Unshare(int flags);
}
