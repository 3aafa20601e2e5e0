using System.Text;

namespace Propolis.Bench.Engine;

/// <summary>What a measured guest does: our programs and the script that is its init, packed to go behind the guest image's own ramdisk.</summary>
sealed class GuestWork(long diskBytes, int seconds)
{
    /// <summary>Kernel parameter that makes the script the init.</summary>
    public const string Init = "rdinit=/bench";

    /// <summary>What it prints first, and last.</summary>
    public const string Began = "bench: init", Ended = "bench: done";

    /// <summary>The measurements in their order: program, requests side by side.</summary>
    public static IReadOnlyList<(string Program, int Depth)> Steps { get; } =
        [("rand-read", 1), ("rand-read", 8), ("rand-write", 1), ("rand-write", 8), ("seq-read", 1), ("seq-write", 1)];

    /// <summary>The archive.</summary>
    public byte[] Pack() => Cpio.Pack(Programs().ToDictionary(program => program.Name, program => program.Assemble())
        .Append(new("bench", Encoding.ASCII.GetBytes(Script()))).ToDictionary());

    /// <summary>Bytes of each request of a program.</summary>
    public static int BytesOf(string program) => program.StartsWith("rand", StringComparison.Ordinal) ? 4096 : 1 << 20;

    IEnumerable<DiskProgram> Programs() => Steps.Select(step => step.Program).Distinct().Select(name => new DiskProgram(
        name, name.EndsWith("write", StringComparison.Ordinal), name.StartsWith("rand", StringComparison.Ordinal), BytesOf(name), diskBytes, seconds));

    static string Script() => $$"""
        #!/bin/busybox sh
        export PATH=/bin
        echo "{{Began}}"
        mount -t devtmpfs dev /dev
        mount -t proc proc /proc
        mount -t sysfs sys /sys
        . /etc/shellrc
        load virtio_pci virtio_blk
        until [ -b "$disk" ]; do
            for disk in /dev/vda /dev/nvme0n1; do [ ! -b $disk ] || break; done
        done
        run() {
            i=0
            while [ $i -lt $2 ]; do
                /$1 $disk &
                i=$((i + 1))
            done
            wait
            echo "bench: end $1 $2"
        }
        {{string.Join('\n', Steps.Select(step => $"run {step.Program} {step.Depth}"))}}
        echo "{{Ended}}"
        busybox poweroff -f

        """.ReplaceLineEndings("\n");
}
