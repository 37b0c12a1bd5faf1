from benchmarks.leakage.run import main

main()
